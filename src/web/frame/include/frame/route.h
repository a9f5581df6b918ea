/* Rows of a table of routes. A file ends with the rows of its handlers, which are static; routes.c of the room lists
 * the table. A row says who may, in which menu the page is, and a sample of a request, which tests send. */
#ifndef FRAME_ROUTE_H
#define FRAME_ROUTE_H
#include "gate/gate.h"

enum {
    STUDENT = MAY_OWN_RECORD,
    LEADERS = MAY_COACHES | MAY_LEADS_SCHOOL | MAY_LEADS_DISTRICT,
    RULERS = MAY_LEADS_SCHOOL | MAY_LEADS_DISTRICT
};
/* of a body; a sign-in may carry on a form, see frame/kept.h */
enum { FORM_BYTES = 16384, SIGN_IN_FORM_BYTES = 2 * FORM_BYTES, LARGE_FORM_BYTES = 131072 };

#define GET(path_, may_, read_, ...) \
    { \
        .method = HTTP_GET, .path = (path_), .may = (may_), .read = (read_), __VA_ARGS__ \
    }
/* A form that the writer records. */
#define WRITE_UP_TO(bytes_, path_, may_, parse_, reply_, ...) \
    { \
        .method = HTTP_POST, .path = (path_), .may = (may_), .kind = ROUTE_WRITE, .parse = (parse_), \
        .reply = (reply_), .body_max = (bytes_), __VA_ARGS__ \
    }
#define WRITE(path_, may_, parse_, reply_, ...) WRITE_UP_TO(FORM_BYTES, path_, may_, parse_, reply_, __VA_ARGS__)
#define LARGE_WRITE(path_, may_, parse_, reply_, ...) \
    WRITE_UP_TO(LARGE_FORM_BYTES, path_, may_, parse_, reply_, __VA_ARGS__)
/* A form whose handler takes long, and opens what it needs itself. */
#define WORK_UP_TO(bytes_, path_, may_, read_, ...) \
    { \
        .method = HTTP_POST, .path = (path_), .may = (may_), .kind = ROUTE_WORK, .read = (read_), \
        .body_max = (bytes_), __VA_ARGS__ \
    }
#define WORK(path_, may_, read_, ...) WORK_UP_TO(FORM_BYTES, path_, may_, read_, __VA_ARGS__)
#define LARGE_WORK(path_, may_, read_, ...) WORK_UP_TO(LARGE_FORM_BYTES, path_, may_, read_, __VA_ARGS__)
#define OF_CLASS .class_param = "class", .records_access = true
#define OF_LEARNER .learner_param = "learner", .records_access = true

#endif
