/* scripted_mongo.h: a MongoDB server that answers by script, for faults that no real server
 * gives on demand. It greets like a standalone 4.4; every command that is not a greeting gets
 * the scripted treatment. */
#pragma once
#include <glib.h>

typedef enum {
    SM_REPLY,      /* the scripted document */
    SM_DROP,       /* takes the command, then closes: the reply is lost */
    SM_STALL,      /* takes the command and never answers */
    SM_HOLD,       /* takes the command and answers once the script says how */
    SM_GARBAGE,    /* a frame of the right length with invalid content */
    SM_BAD_LENGTH, /* a frame whose length cannot be */
    SM_CUT,        /* half a reply, then the end */
} SmTreatment;

typedef struct _ScriptedMongo ScriptedMongo;
ScriptedMongo *scripted_mongo_new(void);
void scripted_mongo_free(ScriptedMongo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScriptedMongo, scripted_mongo_free)
int scripted_mongo_port(const ScriptedMongo *self);
/* How commands are answered from now on. @reply_json: a static string; NULL: {"ok":1}. */
void scripted_mongo_set(ScriptedMongo *self, SmTreatment treatment, const char *reply_json);
void scripted_mongo_await(ScriptedMongo *self, int commands); /* until so many were taken */
int scripted_mongo_commands(ScriptedMongo *self); /* taken so far, greetings not counted */
