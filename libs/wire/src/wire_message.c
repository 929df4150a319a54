/* wire_message.c: see jw/wire_message.h. The rules are those of CloudEvents 1.0.2, its Kafka
 * binding and its JSON format: which mode it is the content type says alone; a member that is null
 * is not there. */
#include "jw/wire_message.h"

#include "jw/json.h"
#include "jw/text.h"
#include "jw/trace.h"

#include <string.h>

#define EVENT_TYPES "application/cloudevents" /* of any format */

/* What the media type @text is without its parameters. (transfer full) */
static char *
media_type(const char *text)
{
    char *type = g_ascii_strdown(text, (gssize)strcspn(text, ";"));

    return g_strstrip(type);
}

static char *
check_json_type(const char *text)
{
    g_autofree char *type = media_type(text);

    if (g_str_has_suffix(type, "/json") || g_str_has_suffix(type, "+json")) {
        return NULL;
    }
    return g_strdup("must be application/json, or be left out: the data of a command is JSON");
}

#define ATTRIBUTE_MAX 1000 /* characters, in either mode */

static const char *const versions[] = { "1.0", NULL };
static const JwField attributes[] = {
    { .name = "specversion",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = versions },
    { .name = "type",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .min = 1,
      .max = ATTRIBUTE_MAX },
    { .name = "source",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .min = 1,
      .max = ATTRIBUTE_MAX },
    { .name = "id",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .min = 1,
      .max = ATTRIBUTE_MAX },
    { .name = "subject", .type = JW_FIELD_STRING, .min = 1, .max = ATTRIBUTE_MAX },
    { .name = "time", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "datacontenttype", .type = JW_FIELD_STRING, .check = check_json_type },
    { .name = "dataschema", .type = JW_FIELD_STRING, .min = 1, .max = ATTRIBUTE_MAX },
    { .name = "data", .type = JW_FIELD_ANY },
    { .name = "data_base64", .type = JW_FIELD_STRING },
    { .name = "traceparent", .type = JW_FIELD_STRING, .min = 1, .max = ATTRIBUTE_MAX },
    { .name = NULL },
};

static bool
is_attribute(const char *name)
{
    for (const JwField *field = attributes; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* An attribute of somebody else's, which carries on to nobody here. */
static bool
check_extension(const char *name, const json_t *value, JwViolations *violations)
{
    g_autofree char *pointer = jw_pointer("", name);

    if (*name == '\0' || name[strspn(name, G_CSET_a_2_z G_CSET_DIGITS)] != '\0') {
        return jw_violations_add(
            violations, pointer,
            "is no member of a CloudEvent: names of attributes have lower-case "
            "letters and digits only");
    }
    return json_is_string(value) || json_is_integer(value) || json_is_boolean(value)
           || jw_violations_add(violations, pointer,
                                "must be a string, a whole number or a boolean, as extension "
                                "attributes are; what the command says goes into data");
}

/* The attributes that are ours to know, without those that are null. */
static json_t *
check_members(const json_t *value, JwViolations *violations)
{
    json_auto_t *known = json_object();
    const char *name = NULL;
    json_t *member = NULL;
    bool ok = true;

    json_object_foreach(jw_json_mutable(value), name, member)
    {
        if (json_is_null(member)) {
            continue;
        }
        if (is_attribute(name)) {
            (void)json_object_set(known, name, member);
        } else {
            ok = check_extension(name, member, violations) && ok;
        }
    }
    ok = jw_check_object(known, attributes, "", violations) && ok;
    return ok ? json_incref(known) : NULL;
}

/* @text in base64, strictly. */
static json_t *
decode_data(const char *text, JwViolations *violations)
{
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    g_autofree guchar *bytes = g_base64_decode(text, &length);
    g_autofree char *again = g_base64_encode(bytes, length);

    if (strcmp(text, again) != 0) {
        (void)jw_violations_add(violations, "/data_base64", "is no base64 of RFC 4648");
        return NULL;
    }
    json_t *data = jw_json_parse_body(bytes, length, &error);
    if (data == NULL) {
        (void)jw_violations_add(violations, "/data_base64", "does not hold acceptable JSON: %s",
                                jw_error_message(error));
    }
    return data;
}

static json_t *
find_data(const json_t *members, JwViolations *violations)
{
    json_t *data = json_object_get(members, "data");
    const char *encoded = jw_json_text(members, "data_base64");

    if (data != NULL && encoded != NULL) {
        (void)jw_violations_add(violations, "/data_base64", "must not stand beside data");
        return NULL;
    }
    if (data == NULL && encoded == NULL) {
        (void)jw_violations_add(violations, "/data", "is required: it is the command's value");
        return NULL;
    }
    return data != NULL ? json_incref(data) : decode_data(encoded, violations);
}

/* (transfer full), NULL: there is none */
static char *
request_id_of(const JwWireMessage *message)
{
    return message->request_id != NULL && jw_trace_is_request_id(message->request_id)
               ? g_strdup(message->request_id)
               : NULL;
}

static bool
read_structured(const JwWireMessage *message, const json_t *value, JwWireEvent *ret_event,
                GError **error)
{
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *members = NULL;
    json_t *data = NULL;

    if (!json_is_object(value)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "the value is no JSON object, as content-type %s has it",
                       JW_CONTENT_TYPE_EVENT);
    }
    members = check_members(value, &violations);
    data = members != NULL ? find_data(members, &violations) : NULL;
    if (data == NULL) {
        g_autofree char *text = jw_violations_text(&violations);
        return jw_fail(error, JW_ERROR_INVALID, "%s", text);
    }
    const char *own = jw_json_text(members, "traceparent");
    char *trace = jw_trace_parent_dup(own);
    *ret_event = (JwWireEvent){
        .structured = true,
        .type = g_strdup(jw_json_text(members, "type")),
        .source = g_strdup(jw_json_text(members, "source")),
        .id = g_strdup(jw_json_text(members, "id")),
        .traceparent = trace != NULL ? trace : jw_trace_parent_dup(message->traceparent),
        .request_id = request_id_of(message),
        .data = data,
    };
    return true;
}

/* Without a type it is no event of ours, which the caller has more to say about. */
static bool
check_version(const JwWireMessage *message, GError **error)
{
    const char *version = message->ce_specversion;

    if (message->ce_type == NULL || (version != NULL && g_strv_contains(versions, version))) {
        return true;
    }
    if (version == NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "header ce_specversion is missing; send %s, the version of CloudEvents that "
                       "is read here",
                       versions[0]);
    }
    g_autofree char *echo = jw_echo(version);
    return jw_fail(error, JW_ERROR_INVALID,
                   "header ce_specversion is \"%s\"; send %s, the version of CloudEvents that is "
                   "read here",
                   echo, versions[0]);
}

/* As the members of a structured event; whether there must be one, and not an empty one, is for the
 * caller. */
static bool
check_header(const char *name, const char *text, GError **error)
{
    if (text == NULL) {
        return true;
    }
    if (!jw_text_clean(text, strlen(text)) || strpbrk(text, "\r\n\t") != NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "header %s must be one line, without tabs and control characters", name);
    }
    return g_utf8_strlen(text, -1) <= ATTRIBUTE_MAX
           || jw_fail(error, JW_ERROR_INVALID,
                      "header %s has more than %d characters: send a shorter one", name,
                      ATTRIBUTE_MAX);
}

static bool
check_headers(const JwWireMessage *message, GError **error)
{
    if (message->broken != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "header %s is not UTF-8: send it as such",
                       message->broken);
    }
    return check_version(message, error) && check_header("ce_type", message->ce_type, error)
           && check_header("ce_source", message->ce_source, error)
           && check_header("ce_id", message->ce_id, error);
}

bool
jw_wire_message_read(const JwWireMessage *message, JwWireEvent *ret_event, GError **error)
{
    g_return_val_if_fail(message != NULL && ret_event != NULL, false);

    g_autofree char *type =
        message->content_type != NULL ? media_type(message->content_type) : g_strdup("");
    bool structured = g_str_has_prefix(type, EVENT_TYPES);
    g_autoptr(GError) cause = NULL;

    if (structured && strcmp(type, JW_CONTENT_TYPE_EVENT) != 0) {
        g_autofree char *echo = jw_echo(type);
        return jw_fail(error, JW_ERROR_INVALID,
                       "header content-type is \"%s\"; send %s, or the attributes as headers", echo,
                       JW_CONTENT_TYPE_EVENT);
    }
    if (message->body == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the message has no value");
    }
    json_auto_t *value = jw_json_parse_body(message->body, message->body_length, &cause);
    if (value == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the value is not acceptable JSON: %s",
                       jw_error_message(cause));
    }
    if (structured) {
        return read_structured(message, value, ret_event, error);
    }
    if (!check_headers(message, error)) {
        return false;
    }
    *ret_event = (JwWireEvent){
        .type = g_strdup(message->ce_type),
        .source = g_strdup(message->ce_source),
        .id = g_strdup(message->ce_id),
        .traceparent = jw_trace_parent_dup(message->traceparent),
        .request_id = request_id_of(message),
        .data = json_incref(value),
    };
    return true;
}

void
jw_wire_event_clear(JwWireEvent *self)
{
    g_clear_pointer(&self->type, g_free);
    g_clear_pointer(&self->source, g_free);
    g_clear_pointer(&self->id, g_free);
    g_clear_pointer(&self->traceparent, g_free);
    g_clear_pointer(&self->request_id, g_free);
    g_clear_pointer(&self->data, json_decref);
    self->structured = false;
}

char *
jw_wire_event_violations(const JwWireEvent *self, const JwViolations *violations)
{
    return jw_wire_event_violations_at(self, "", violations);
}

char *
jw_wire_event_violations_at(const JwWireEvent *self, const char *base,
                            const JwViolations *violations)
{
    g_auto(JwViolations) whole = { 0 };
    g_autofree char *prefix = g_strconcat(self->structured ? "/data" : "", base, NULL);

    for (size_t i = 0; i < jw_violations_count(violations); i++) {
        const JwViolation *one = jw_violations_get(violations, i);
        g_autofree char *pointer = g_strconcat(prefix, one->pointer, NULL);

        (void)jw_violations_add(&whole, pointer, "%s", one->message);
    }
    return jw_violations_text(&whole);
}
