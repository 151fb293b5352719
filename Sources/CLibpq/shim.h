#pragma once
#include <libpq-fe.h>
// What Swift's own Glibc module leaves out: waiting for libpq's sockets, and starting programs without handing them our files.
#include <spawn.h>
#include <sys/epoll.h>

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *restrict actions, const char *restrict path);
