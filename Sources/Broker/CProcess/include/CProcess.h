#ifndef CPROCESS_H
#define CPROCESS_H

// Starting a child process: what has to happen between fork and exec cannot be written in Swift.

#include <sys/types.h>

#if __has_feature(nullability)
#pragma clang assume_nonnull begin
#endif

/// Starts a program in a child: every signal at its default, none blocked, no descriptor above 2, in the caller's process
/// group; on Linux it is killed when the calling thread ends.
///
/// `arguments` and `environment` end with NULL; `paths` are the candidates for the program's file, tried in order, and end
/// with NULL. Where `file` is not negative, what that open file holds becomes the child instead (Linux); a script has it as
/// descriptor 3. A child with a `folder` is kept apart: it leads a session of its own, which is a process group without a
/// terminal, starts in that folder, makes files that are its user's alone, and leaves no core file. Returns the child, or -1 with the error
/// number in `failure`.
pid_t broker_process_start(
    const char *_Nullable const *_Nonnull paths, int file, char *_Nullable const *_Nonnull arguments,
    char *_Nullable const *_Nonnull environment, int input, int output, int error,
    const char *_Nullable folder, int *failure);

/// Makes an empty file in memory that has no name and may be run (Linux); its descriptor, or -1 and `errno`.
int broker_memory_file(void);

/// Keeps a file in memory from being changed any more, by this process too; 0 on success, else -1 and `errno`.
int broker_memory_seal(int file);

/// Waits for a child; 0 on success. `is_signal` tells whether `value` is a signal or an exit status.
int broker_process_wait(pid_t child, int *is_signal, int *value);

/// Whether a signal is ignored; 1 if so.
int broker_signal_is_ignored(int number);

/// Opens a terminal with the size and the settings of another, which passes on what is written to it as it is; 0 on success,
/// else -1 and `errno`.
int broker_terminal_open(int like, int *reading, int *writing);

/// How many columns a terminal has; 0 for what is no terminal, or does not say.
int broker_terminal_columns(int descriptor);

/// Gives one terminal the size of another.
void broker_terminal_copy_size(int source, int target);

/// Has all threads that begin after this take memory from one heap, where the C library would give each one of its own.
void broker_process_keep_one_heap(void);

/// Opens /dev/null for reading in place of each standard stream that is closed, and keeps other processes of this user
/// from reading this one's memory and environment, the kernel from writing core files of it (reset in a child by exec), and
/// the language's runtime from showing pieces of memory when it crashes.
void broker_process_harden(void);

/// The program's name and arguments as the kernel gave them, ended by NULL; NULL where the C library does not tell.
char *_Nullable const *_Nullable broker_process_arguments(void);

/// The version of a glibc that is linked in, such as "2.36"; NULL where the C library is the machine's.
const char *_Nullable broker_process_linked_c_library(void);

/// The variables of this process as "NAME=VALUE", ended by NULL; they may change while they are read.
char *_Nullable const *_Nonnull broker_process_environment(void);

/// Leaves this process without variables, for getenv(3) and whoever calls it.
void broker_process_hide_environment(void);

#if __has_feature(nullability)
#pragma clang assume_nonnull end
#endif

#endif
