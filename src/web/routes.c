/* Who may reach which page. The gate checks; nothing here is a check of its own. */
#include "gate/live.h"
#include "page.h"
#include "web/web.h"

enum {
    STUDENT = MAY_OWN_RECORD,
    LEADERS = MAY_COACHES | MAY_LEADS_SCHOOL | MAY_LEADS_DISTRICT,
    RULERS = MAY_LEADS_SCHOOL | MAY_LEADS_DISTRICT,
    FORM = 16384,
    RULES_FORM = 131072
};
#define GET(path_, may_, read_, ...) {.method = HTTP_GET, .path = (path_), .may = (may_), .read = (read_), __VA_ARGS__}
#define POST(path_, may_, parse_, reply_, ...) {.method = HTTP_POST, .path = (path_), .may = (may_), .kind = ROUTE_WRITE, .parse = (parse_), .reply = (reply_), .body_max = FORM, __VA_ARGS__}
#define OF_CLASS .class_param = "class", .records_access = true

const struct route web_routes[] = {
    GET("/", MAY_ANYONE, web_home, .summary = "To one's own first page"),
    GET("/sign-in", MAY_ANYONE, web_sign_in_page, .summary = "Sign in"),
    {.method = HTTP_POST, .path = "/sign-in", .may = MAY_ANYONE, .kind = ROUTE_WORK, .read = web_sign_in, .body_max = FORM, .no_csrf = true, .summary = "Sign in"},
    {.method = HTTP_POST, .path = "/sign-out", .may = MAY_SIGNED_IN, .kind = ROUTE_WORK, .read = web_sign_out, .body_max = FORM, .summary = "Sign out"},
    GET("/account", MAY_SIGNED_IN, web_account, .summary = "One's own account"),
    {.method = HTTP_POST, .path = "/account/password", .may = MAY_SIGNED_IN, .kind = ROUTE_WORK, .read = web_password, .body_max = FORM, .summary = "A new password"},
    GET("/language", MAY_ANYONE, web_language, .summary = "Another language"),

    GET("/today", STUDENT, web_today, .summary = "A student's day"),
    GET("/map", STUDENT, web_map, .summary = "All skills, with where one stands"),
    GET("/why", STUDENT, web_why, .summary = "What one's own level rests on"),
    GET("/item", STUDENT, web_item, .summary = "A question"),
    POST("/answer", STUDENT, web_answer_parse, web_answer_reply, .summary = "Answer a question"),
    POST("/draft", STUDENT, web_draft_parse, web_draft_reply, .summary = "Keep what is written so far"),
    POST("/hint", STUDENT, web_hint_parse, web_hint_reply, .summary = "Show a hint"),
    POST("/scaffold", STUDENT, web_scaffold_parse, web_hint_reply, .summary = "Answer a scaffold's question"),
    POST("/help", STUDENT, web_help_parse, web_help_reply, .summary = "Ask for help"),

    POST("/look", STUDENT, web_look_parse, web_look_reply, .summary = "Ask for a second look at a level"),
    GET("/why/:learner", MAY_GUARDIAN_OF, web_why, .learner_param = "learner", .records_access = true, .summary = "What a child's level rests on"),
    POST("/why/:learner/look", MAY_GUARDIAN_OF, web_look_parse, web_look_reply, .learner_param = "learner", .records_access = true, .summary = "A family asks for a second look at a level"),

    GET("/grade/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS, web_grade_why, .learner_param = "learner", .records_access = true, .summary = "Why a grade is what it is"),
    GET("/pace/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS, web_pace_why, .learner_param = "learner", .records_access = true, .summary = "Why a pace is what it is"),
    GET("/suggestion/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_COUNSELS, web_next_why, .learner_param = "learner", .records_access = true, .summary = "Why this is suggested next"),

    GET("/report/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_COUNSELS, web_report, .learner_param = "learner", .records_access = true, .summary = "Levels and grades, to print"),

    GET("/transcript/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS, web_transcript, .learner_param = "learner", .records_access = true, .summary = "A transcript, with how to read it, to print"),
    GET("/letter/:learner", MAY_TEACHES | MAY_GUARDIAN_OF | MAY_COUNSELS, web_letter, .learner_param = "learner", .records_access = true, .summary = "A letter to a family, to print"),
    GET("/changes/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF, web_changes, .learner_param = "learner", .records_access = true, .summary = "What a change of the rules changes for one student"),

    GET("/standing/:learner", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | MAY_LEADS_SCHOOL | MAY_COUNSELS, web_standing, .learner_param = "learner", .records_access = true, .summary = "Where a student stands on what counts"),
    POST("/standing/:learner", MAY_TEACHES | MAY_LEADS_SCHOOL, web_credit_parse, web_credit_reply, .learner_param = "learner", .records_access = true, .summary = "Record hours or a project"),

    GET("/now", MAY_TEACHES, web_now, .summary = "Who to see, and why"),
    GET("/classes", MAY_TEACHES, web_classes, .summary = "The classes one teaches"),
    GET("/class/:class", MAY_TEACHES, web_class, OF_CLASS, .summary = "Students and skills of a class"),
    GET("/class/:class/mastery.csv", MAY_TEACHES, web_class_csv, OF_CLASS, .summary = "The same as a table"),
    GET("/class/:class/cell", MAY_TEACHES, web_cell, OF_CLASS, .learner_param = "learner", .summary = "What lies behind a mark"),
    GET("/class/:class/observe", MAY_TEACHES, web_observe, OF_CLASS, .summary = "Record what was seen, for several students"),
    POST("/class/:class/observe", MAY_TEACHES, web_observe_parse, web_observe_reply, OF_CLASS, .summary = "Record what was seen"),
    GET("/class/:class/standing", MAY_TEACHES, web_class_standing, OF_CLASS, .summary = "Who needs what to graduate or move up in time"),
    GET("/class/:class/rules", MAY_TEACHES, web_class_rules, OF_CLASS, .summary = "The rules of a class"),
    {.method = HTTP_POST, .path = "/class/:class/rules", .may = MAY_TEACHES, .kind = ROUTE_WORK, .read = web_class_rules_save, .body_max = FORM, OF_CLASS, .summary = "Change the rules of a class"},
    GET("/class/:class/habits", MAY_TEACHES, web_habits, OF_CLASS, .summary = "Habits of work this term"),
    {.method = HTTP_POST, .path = "/class/:class/habits", .may = MAY_TEACHES, .kind = ROUTE_WRITE, .parse = web_habits_parse, .reply = web_habits_reply, .body_max = RULES_FORM, OF_CLASS, .summary = "Say how students work"},
    GET("/class/:class/cards", MAY_TEACHES, web_cards, OF_CLASS, .summary = "Sign-in cards"),
    GET("/class/:class/live", MAY_TEACHES, gate_live, OF_CLASS, .summary = "Changes as they happen"),
    GET("/student/:learner/rules", MAY_TEACHES, web_class_rules, .learner_param = "learner", .records_access = true, .summary = "The rules of one student"),
    {.method = HTTP_POST, .path = "/student/:learner/rules", .may = MAY_TEACHES, .kind = ROUTE_WORK, .read = web_class_rules_save, .body_max = FORM, .learner_param = "learner", .records_access = true, .summary = "Change the rules of one student"},
    GET("/student/:learner", MAY_TEACHES | MAY_COUNSELS, web_student, .learner_param = "learner", .records_access = true, .summary = "As the student sees it, read only"),
    POST("/help/close", MAY_TEACHES, web_help_close_parse, web_help_close_reply, .summary = "Help was given"),

    POST("/look/answer", MAY_TEACHES, web_look_answer_parse, web_look_answer_reply, .summary = "Answer a second look"),

    GET("/school", LEADERS, web_school, .summary = "The rules, who works where, how fresh the data are"),

    GET("/models", LEADERS | MAY_TEACHES, web_models, .summary = "The learner models: which is in force, how each was judged"),
    {.method = HTTP_POST, .path = "/models/take-back", .may = MAY_LEADS_DISTRICT, .kind = ROUTE_WORK, .read = web_models_take_back, .body_max = FORM, .summary = "Go back to the model before the one in force"},
    GET("/definition", STUDENT | MAY_TEACHES | MAY_GUARDIAN_OF | LEADERS | MAY_COUNSELS | MAY_SEES_PROGRAMS, web_definition, .summary = "What personalized learning means here"),
    POST("/definition/read", MAY_TEACHES, web_definition_read_parse, web_definition_read_reply, .summary = "A teacher has read the version in force"),
    GET("/barriers", LEADERS | MAY_TEACHES, web_barriers, .summary = "What no setting can express, with its answers"),
    POST("/barriers", LEADERS | MAY_TEACHES, web_barrier_parse, web_barrier_reply, .summary = "File a barrier"),
    POST("/barriers/answer", RULERS, web_barrier_answer_parse, web_barrier_answer_reply, .summary = "Give a barrier an owner, a day and an answer"),

    GET("/rules", LEADERS | MAY_TEACHES, web_rules, .summary = "The rules in force, and those that wait for their day"),
    GET("/rules/export", LEADERS | MAY_TEACHES, web_rules_export, .summary = "The rules as a document"),
    {.method = HTTP_POST, .path = "/rules/try", .may = RULERS, .kind = ROUTE_WORK, .read = web_rules_try, .body_max = RULES_FORM, .summary = "What a change of the rules would change"},
    {.method = HTTP_POST, .path = "/rules", .may = RULERS, .kind = ROUTE_WORK, .read = web_rules_save, .body_max = RULES_FORM, .summary = "Change the rules"},
    {.method = HTTP_POST, .path = "/rules/draft", .may = RULERS, .kind = ROUTE_WORK, .read = web_rules_put, .body_max = RULES_FORM, .summary = "Put a draft of the rules to the staff"},
    GET("/drafts", LEADERS | MAY_TEACHES, web_drafts, .summary = "Drafts of the rules, with comments and answers"),
    POST("/drafts/comment", LEADERS | MAY_TEACHES, web_draft_comment_parse, web_drafts_reply, .summary = "Comment on a draft"),
    POST("/drafts/answer", RULERS, web_draft_answer_parse, web_drafts_reply, .summary = "Answer a comment"),
    {.method = HTTP_POST, .path = "/drafts/adopt", .may = RULERS, .kind = ROUTE_WORK, .read = web_draft_adopt, .body_max = FORM, .summary = "Make a draft a version of the rules"},
    POST("/rules/waiver", MAY_LEADS_SCHOOL, web_waiver_parse, web_waiver_reply, .summary = "Ask the district to open a setting"),
    {.method = HTTP_POST, .path = "/rules/waiver/answer", .may = MAY_LEADS_DISTRICT, .kind = ROUTE_WORK, .read = web_waiver_answer, .body_max = FORM, .summary = "Answer a school that asks for a waiver"},

    GET("/checkpoints", MAY_TEACHES | LEADERS, web_checkpoints, .summary = "Common checkpoints of all classes"),
    POST("/checkpoints", MAY_TEACHES | RULERS, web_checkpoint_parse, web_checkpoint_reply, .summary = "Make a common checkpoint"),
    GET("/checkpoints/print", MAY_TEACHES | LEADERS, web_checkpoint_print, .summary = "A checkpoint, to print"),
    GET("/class/:class/checkpoint", MAY_TEACHES, web_checkpoint_enter, OF_CLASS, .summary = "A class's results on a checkpoint"),
    {.method = HTTP_POST, .path = "/class/:class/checkpoint", .may = MAY_TEACHES, .kind = ROUTE_WRITE, .parse = web_checkpoint_enter_parse, .reply = web_checkpoint_enter_reply, .body_max = RULES_FORM, OF_CLASS,
     .summary = "Enter a class's results on a checkpoint"},
    GET("/calibration", MAY_TEACHES | LEADERS, web_calibration, .summary = "Whether the same level means the same across classes"),
    GET("/moderation", MAY_TEACHES | LEADERS, web_moderation, .summary = "Work that several score, unseen by each other"),
    POST("/moderation", MAY_TEACHES | LEADERS, web_moderation_parse, web_moderation_reply, .summary = "Open a moderation"),
    GET("/moderation/session", MAY_TEACHES | LEADERS, web_moderation_session, .summary = "One moderation"),
    POST("/moderation/work", MAY_TEACHES | LEADERS, web_moderation_work_parse, web_moderation_work_reply, .summary = "Put in a piece of work"),
    POST("/moderation/score", MAY_TEACHES | LEADERS, web_moderation_score_parse, web_moderation_score_reply, .summary = "Score a piece of work"),
    POST("/moderation/anchor", MAY_TEACHES | LEADERS, web_moderation_anchor_parse, web_moderation_score_reply, .summary = "Keep a piece of work as an anchor"),
    GET("/frameworks", MAY_TEACHES | LEADERS, web_frameworks, .summary = "The frameworks in use"),
    GET("/frameworks/tree", MAY_TEACHES | LEADERS, web_framework_tree, .summary = "A framework's skills, and what covers them"),
    GET("/frameworks/map", MAY_TEACHES | LEADERS, web_framework_map, .summary = "What comes before what"),
    GET("/frameworks/skill", MAY_TEACHES | LEADERS, web_framework_skill, .summary = "One skill, with what is aligned to it"),
    {.method = HTTP_POST, .path = "/frameworks/edit", .may = MAY_LEADS_DISTRICT, .kind = ROUTE_WORK, .read = web_framework_edit, .body_max = FORM, .summary = "The district's own skills, links and alignments"},
    GET("/goals", LEADERS | MAY_TEACHES, web_goals, .summary = "What the state and the district count"),
    POST("/goals", MAY_LEADS_DISTRICT, web_goal_parse, web_goal_reply, .summary = "Add what counts"),
    POST("/goals/end", MAY_LEADS_DISTRICT, web_goal_end_parse, web_goal_reply, .summary = "It counts no longer"),
    GET("/requirements", LEADERS | MAY_TEACHES | MAY_COUNSELS, web_needs, .summary = "What is asked for to graduate or move up"),
    {.method = HTTP_POST, .path = "/requirements", .may = MAY_LEADS_DISTRICT, .kind = ROUTE_WORK, .read = web_needs_save, .body_max = FORM, .summary = "Change what is asked for"},
    GET("/counselor", MAY_COUNSELS, web_counselor, .summary = "Who of a school needs what to graduate or move up in time"),
    GET("/programs", MAY_SEES_PROGRAMS, web_programs, .summary = "Who is in which program"),

    GET("/children", MAY_GUARDIAN_OF, web_children, .summary = "Where one's children stand"),
    GET("/try/:item", MAY_GUARDIAN_OF, web_try, .summary = "A question without a trace"),
    {.method = HTTP_POST, .path = "/try/:item", .may = MAY_GUARDIAN_OF, .read = web_try, .body_max = FORM, .summary = "A question without a trace"},

    GET("/assets/:name", MAY_ANYONE, web_asset, .summary = "A file of the interface"),
    GET("/favicon.ico", MAY_ANYONE, web_icon, .summary = "The icon"),
    GET("/figure/:sha256", MAY_SIGNED_IN, web_figure, .summary = "A figure of a question"),
    GET("/style", MAY_ANYONE, web_style, .summary = "All parts of the interface"),
    {0},
};
