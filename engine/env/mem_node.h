/*
 * mem_node.h: a file or directory of the file system in memory, in two states: as calls see it, and
 * as a system crash leaves it. For mem.c only.
 *
 * A file has its bytes and its durable bytes, which differ at most in the dirty range. A directory
 * has its names, its durable names, and the changes between the two in order; syncing plays all
 * changes, a crash plays a prefix of them, and a rename is one change (E-4 and E-5 of env.h).
 *
 * Names given to these functions end at '/' or at the end of the text.
 *
 * Threading: none; the file system's mutex protects its nodes.
 */
#ifndef LARDER_ENGINE_ENV_MEM_NODE_H
#define LARDER_ENGINE_ENV_MEM_NODE_H

#include "engine/base/buf.h"
#include "engine/base/rand.h"
#include "engine/base/status.h"

typedef struct EnvMemNode EnvMemNode;

typedef struct EnvMemName {
    char *text; /* owned */
    EnvMemNode *node;
} EnvMemName;

typedef struct EnvMemNames {
    EnvMemName *items;
    size_t count;
} EnvMemNames;

/* One change of the names of a directory. */
typedef struct EnvMemChange {
    char *removed;    /* owned; NULL: none */
    char *set;        /* owned; NULL: none */
    EnvMemNode *node; /* that `set` names now */
} EnvMemChange;

struct EnvMemNode {
    bool is_directory;
    bool locked;
    BaseBuf bytes; /* of a file */
    BaseBuf durable_bytes;
    size_t dirty_start; /* bytes in [dirty_start, dirty_stop) may differ from the durable ones */
    size_t dirty_stop;
    EnvMemNames names; /* of a directory */
    EnvMemNames durable_names;
    EnvMemChange *changes;
    size_t change_count;
    size_t holders;   /* open handles and locks; the file system's, as all below */
    bool reached;     /* while it looks for what nothing leads to */
    EnvMemNode *next; /* of all nodes */
};

/* Frees what a node owns, not the node. */
void env_mem_node_clear(EnvMemNode *node);

/* What a name in a directory leads to; NULL: nothing. */
EnvMemNode *env_mem_node_find(const EnvMemNode *directory, const char *name);

/* Removes a name and sets another to `node`, as one change. NULL: nothing to remove, or to set. */
BaseStatus env_mem_node_rename(EnvMemNode *directory, const char *removed, const char *set,
                               EnvMemNode *node);

/* Writes, growing the file; what lies between is zeros. */
BaseStatus env_mem_node_write(EnvMemNode *file, size_t offset, const void *data, size_t len);

/* Makes the file at least `size` long. */
BaseStatus env_mem_node_grow(EnvMemNode *file, size_t size);

/* Makes the file at most `size` long. */
void env_mem_node_shrink(EnvMemNode *file, size_t size);

/* Makes bytes or names durable. */
BaseStatus env_mem_node_sync(EnvMemNode *node);

/* Sets `reached` of the node and of all that its names lead to, now or after a crash. */
void env_mem_node_reach(EnvMemNode *node);

/* A system crash; see env_mem_crash(). */
BaseStatus env_mem_node_crash(EnvMemNode *node, BaseRand *keep);

#endif
