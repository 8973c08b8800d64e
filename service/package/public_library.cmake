# larder_public_library(NAME ...): makes lib<NAME>.so and lib<NAME>.a of static libraries, for users.
#
#   EXPORT NAME           the CMake target for users: Larder::NAME, and Larder::NAME_static
#   SYMBOLS pattern       of what is exported; larder_* unless given
#   WHOLE target...       taken as a whole: they hold the public functions
#   PARTS target...       only what is needed of them
#   LINK library...       system libraries, linked with both
#   SHARED_WITH target... public shared libraries that the shared one needs
#   STATIC_WITH target... the same for the static one
#   DESCRIPTION text      for pkg-config, as are all below
#   REQUIRES name...      packages of pkg-config that users of either need
#   REQUIRES_STATIC name...
#   LIBS_STATIC flag...
#
# Both export nothing but those symbols: the shared one by a version script, the static one because
# its objects are linked into a single one in which all others are made local. So no name of ours
# can collide with one of a program's. The SONAME has the major version.
function(larder_public_library name)
  cmake_parse_arguments(arg "" "EXPORT;DESCRIPTION;SYMBOLS"
    "WHOLE;PARTS;LINK;SHARED_WITH;STATIC_WITH;REQUIRES;REQUIRES_STATIC;LIBS_STATIC" ${ARGN})
  string(REPLACE "-" "_" stem ${name})
  if(NOT arg_SYMBOLS)
    set(arg_SYMBOLS "larder_*")
  endif()
  set(map ${CMAKE_CURRENT_BINARY_DIR}/${name}.map)
  configure_file(${PROJECT_SOURCE_DIR}/service/package/symbols.map.in ${map} @ONLY)
  set(objects)
  set(archives)
  foreach(library ${arg_WHOLE})
    list(APPEND objects $<TARGET_OBJECTS:${library}>)
    list(APPEND archives $<TARGET_FILE:${library}>)
  endforeach()
  set(parts)
  foreach(library ${arg_PARTS})
    list(APPEND parts $<TARGET_FILE:${library}>)
  endforeach()

  add_library(${stem}_shared SHARED ${objects})
  target_link_libraries(${stem}_shared PUBLIC ${arg_SHARED_WITH} PRIVATE ${arg_PARTS} ${arg_LINK})
  target_link_options(${stem}_shared PRIVATE LINKER:--version-script=${map} LINKER:--as-needed)
  if(NOT LARDER_SANITIZE)
    target_link_options(${stem}_shared PRIVATE LINKER:--no-undefined)
  endif()
  set_target_properties(${stem}_shared PROPERTIES OUTPUT_NAME ${name} EXPORT_NAME ${arg_EXPORT}
    LINKER_LANGUAGE C LINK_DEPENDS ${map}
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})

  set(whole ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
  add_custom_command(OUTPUT ${whole}
    COMMAND ${CMAKE_C_COMPILER} -r -fno-lto -nostdlib -o ${whole} -Wl,--whole-archive ${archives}
      -Wl,--no-whole-archive -Wl,--start-group ${parts} -Wl,--end-group
    COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=${arg_SYMBOLS}
      --remove-section=.gnu.*lto_* ${whole}
    DEPENDS ${arg_WHOLE} ${arg_PARTS}
    COMMAND_EXPAND_LISTS VERBATIM)
  set_source_files_properties(${whole} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  add_library(${stem}_static STATIC ${whole})
  target_link_libraries(${stem}_static INTERFACE ${arg_STATIC_WITH} ${arg_LINK})
  set_target_properties(${stem}_static PROPERTIES OUTPUT_NAME ${name}
    EXPORT_NAME ${arg_EXPORT}_static LINKER_LANGUAGE C)

  foreach(target ${stem}_shared ${stem}_static)
    target_include_directories(${target} INTERFACE
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endforeach()
  install(TARGETS ${stem}_shared ${stem}_static EXPORT LarderTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)

  # The prefix is where the file is, so an installation can be moved.
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  list(JOIN arg_REQUIRES ", " requires)
  list(JOIN arg_REQUIRES_STATIC ", " requires_static)
  list(JOIN arg_LIBS_STATIC " " libs_static)
  configure_file(${PROJECT_SOURCE_DIR}/service/package/library.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT sdk)
endfunction()
