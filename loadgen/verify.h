/*
 * verify.h: `larder-load verify`: is everything there that a run was told it had written?
 */
#ifndef LARDER_LOADGEN_VERIFY_H
#define LARDER_LOADGEN_VERIFY_H

/* The command: argv[0] is "verify". Returns an exit status. */
int load_verify_main(int argc, char **argv);

#endif
