# What engines are written with outside of this tree: headers in include/larder-engine, with the paths
# that they have here, static libraries, and larder-engine.pc, whose prefix may be moved.
install(FILES ${PROJECT_SOURCE_DIR}/engine/engine.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/larder-engine/engine COMPONENT engine)
install(FILES ${PROJECT_SOURCE_DIR}/engine/env/env.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/larder-engine/engine/env COMPONENT engine)
foreach(folder base commit plugin)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/${folder}/*.h)
  install(FILES ${headers}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/larder-engine/engine/${folder} COMPONENT engine)
endforeach()
install(TARGETS larder_plugin larder_commit larder_env larder_base
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/larder COMPONENT engine)

file(STRINGS ${PROJECT_SOURCE_DIR}/engine/engine.h line REGEX "#define ENGINE_ABI_VERSION")
string(REGEX REPLACE ".* " "" LARDER_ENGINE_ABI "${line}")
file(RELATIVE_PATH up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${CMAKE_CURRENT_SOURCE_DIR}/larder-engine.pc.in larder-engine.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/larder-engine.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT engine)
