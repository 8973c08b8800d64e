/*
 * sanitized.h: SANITIZED, which is 1 where a sanitizer replaces the allocator and takes memory and
 * addresses of its own, else 0. gcc and clang tell it differently.
 */
#ifndef LARDER_TESTS_SUPPORT_SANITIZED_H
#define LARDER_TESTS_SUPPORT_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
