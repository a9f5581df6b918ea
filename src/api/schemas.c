#include "schemas.h"

#define ID "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}"
#define NULLABLE_ID "{\"type\":[\"string\",\"null\"]}"
#define STRING "{\"type\":\"string\"}"
#define NULLABLE_STRING "{\"type\":[\"string\",\"null\"]}"
#define INTEGER "{\"type\":\"integer\"}"
#define BOOLEAN "{\"type\":\"boolean\"}"
#define NUMBER "{\"type\":\"number\"}"
#define STANDING "{\"enum\":[\"unknown\",\"below\",\"close\",\"meets\"]}"
#define ESTIMATE ",\"p\":" PROBABILITY ",\"low\":" PROBABILITY ",\"high\":" PROBABILITY /* none before a first answer */
#define PROBABILITY "{\"type\":\"number\",\"minimum\":0,\"maximum\":1}"
#define LEVEL "{\"enum\":[\"not_yet\",\"started\",\"nearly\",\"secure\"]}"
#define REASON \
    "{\"type\":\"object\",\"required\":[\"code\",\"text\"],\"properties\":{\"code\":" STRING ",\"text\":" STRING "}}"
#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"
#define REQUIREMENT \
    "{\"type\":\"object\",\"required\":[\"id\",\"title\",\"for\",\"kind\",\"have\",\"need\",\"due\",\"done\"]," \
    "\"properties\":{\"id\":" STRING ",\"title\":" STRING \
    ",\"for\":{\"enum\":[\"graduation\",\"promotion\"]},\"kind\":{\"enum\":[\"competencies\",\"projects\",\"hours\"]}" \
    ",\"have\":" NUMBER ",\"need\":" NUMBER ",\"due\":" NULLABLE_STRING ",\"done\":" BOOLEAN ",\"gained\":" NUMBER \
    ",\"weeks\":" NUMBER ",\"weeks_to_go\":" NUMBER "}}"
#define SCALE \
    "{\"type\":\"array\",\"minItems\":2,\"items\":{\"type\":\"object\",\"description\":\"a level of reports, the " \
    "lowest first: it begins at a level and, within that, from a value of the mastery " \
    "rule\",\"required\":[\"name\",\"means\",\"level\",\"from\",\"points\"],\"properties\":{\"name\":" STRING \
    ",\"means\":" STRING ",\"level\":" LEVEL ",\"from\":" PROBABILITY ",\"points\":" NUMBER "}}}"
#define REPORTED \
    "{\"type\":\"object\",\"required\":[\"level\",\"value\",\"reported\",\"counts\"],\"properties\":{\"competency_" \
    "id\":" ID ",\"code\":" STRING ",\"name\":" STRING ",\"level\":" LEVEL ",\"value\":" PROBABILITY \
    ",\"reported\":" STRING ",\"counts\":{\"type\":[\"number\",\"null\"]}}}"
#define LIST(of) "{\"type\":\"array\",\"items\":" of "}"

const struct api_schema api_schemas[] = {
    {"Problem",
     "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"code\"],\"properties\":{\"type\":" STRING
     ",\"title\":" STRING ",\"status\":" INTEGER ",\"code\":" STRING ",\"detail\":" STRING "}}"},
    {"Me",
     "{\"type\":\"object\",\"required\":[\"user_id\",\"roles\",\"classes\",\"name\",\"language\"],\"properties\":{"
     "\"user_id\":" ID ",\"name\":" STRING ",\"language\":" STRING ",\"roles\":" LIST(STRING) ",\"classes\":" LIST(
         "{\"type\":\"object\",\"required\":[\"id\",\"title\"],\"properties\":{\"id\":" ID ",\"title\":" STRING
         ",\"role\":" STRING "}}") "}}"},
    {"Choice",
     "{\"type\":\"object\",\"required\":[\"id\",\"body\"],\"properties\":{\"id\":" STRING ",\"body\":" STRING "}}"},
    {"Next", "{\"type\":\"object\",\"required\":[\"item_id\",\"reason\"],\"properties\":{\"item_id\":" NULLABLE_ID
             ",\"item_version\":" INTEGER ",\"variant\":" INTEGER ",\"competency_ids\":" LIST(
                 ID) ",\"title\":" NULLABLE_STRING ",\"stimulus\":" NULLABLE_STRING ",\"body\":" STRING
                     ",\"interaction\":{\"type\":\"object\",\"required\":[\"type\"],\"properties\":{\"type\":{\"enum\":"
                     "@types@}"
                     ",\"label\":" NULLABLE_STRING ",\"unit\":" NULLABLE_STRING ",@asked@}}"
                     ",\"hints_available\":" INTEGER ",\"attribution\":" NULLABLE_STRING ",\"licence\":" NULLABLE_STRING
                     ",\"reason\":" REASON "}}"},
    {"Response", "{\"description\":\"follows interaction.type: @words@\",\"oneOf\":@shapes@}"},
    {"Answer", "{\"type\":\"object\",\"required\":[\"client_id\",\"item_id\",\"variant\",\"response\"],\"properties\":{"
               "\"client_id\":"
               "{\"type\":\"string\",\"minLength\":8,\"maxLength\":64},\"item_id\":" ID ",\"item_version\":" INTEGER
               ",\"variant\":" INTEGER ",\"response\":" REF(
                   "Response") ",\"answered_at_ms\":" INTEGER ",\"took_ms\":" INTEGER ",\"hints\":" INTEGER "}}"},
    {"Mastery",
     "{\"type\":\"object\",\"required\":[\"competency_id\",\"p_known\",\"level\"],\"properties\":{\"competency_id\":" ID
     ",\"p_known\":" PROBABILITY ESTIMATE ",\"level\":" LEVEL ",\"evidence_count\":" INTEGER "}}"},
    {"AnswerReply",
     "{\"type\":\"object\",\"required\":[\"evidence_id\",\"score\",\"readable\",\"feedback\",\"mastery\",\"next\"],"
     "\"properties\":{"
     "\"evidence_id\":" NULLABLE_ID ",\"score\":{\"type\":[\"number\",\"null\"]},\"readable\":" BOOLEAN
     ",\"too_fast\":" BOOLEAN ",\"feedback\":" NULLABLE_STRING
     ",\"mastery\":" LIST(REF("Mastery")) ",\"next\":" REF("Next") "}}"},
    {"Help", "{\"type\":\"object\",\"required\":[\"client_id\",\"kind\"],\"properties\":{\"client_id\":" STRING
             ",\"kind\":" STRING ",\"item_id\":" NULLABLE_ID ",\"note\":" NULLABLE_STRING "}}"},
    {"HelpReply", "{\"type\":\"object\",\"required\":[\"help_id\",\"place\"],\"properties\":{\"help_id\":" ID
                  ",\"place\":" INTEGER "}}"},
    {"LearnerMastery",
     "{\"type\":\"object\",\"required\":[\"learner_id\",\"as_of\",\"policy_version\",\"competencies\"],\"properties\":{"
     "\"learner_id\":" ID ",\"as_of\":" STRING ",\"policy_version\":" STRING ",\"competencies\":" LIST(
         "{\"type\":\"object\",\"required\":[\"competency_id\",\"p_known\",\"level\",\"evidence_count\"],"
         "\"properties\":{\"competency_id\":" ID ",\"name\":" STRING ",\"uri\":" STRING
         ",\"p_known\":" PROBABILITY ESTIMATE ",\"level\":" LEVEL ",\"evidence_count\":" INTEGER
         "}}") ",\"after\":" NULLABLE_STRING "}}"},
    {"Why",
     "{\"type\":\"object\",\"required\":[\"learner_id\",\"competency_id\",\"level\",\"p_known\",\"rule\",\"policy_"
     "version\",\"steps\"],\"properties\":{"
     "\"learner_id\":" ID ",\"competency_id\":" ID ",\"name\":" STRING ",\"level\":" LEVEL ",\"p_known\":" PROBABILITY
     ",\"prior\":" PROBABILITY ",\"policy_version\":" STRING ",\"model_version\":" NULLABLE_ID ",\"as_of\":" STRING
     ",\"model\":{\"type\":\"object\",\"required\":[\"prior\",\"learn\",\"guess\",\"slip\"],\"properties\":{"
     "\"prior\":" PROBABILITY ",\"learn\":" PROBABILITY ",\"guess\":" PROBABILITY ",\"slip\":" PROBABILITY "}}"
     ",\"rule\":{\"type\":\"object\",\"required\":[\"secure_at\",\"nearly_at\",\"least_evidence\"],\"properties\":{"
     "\"secure_at\":" PROBABILITY ",\"nearly_at\":" PROBABILITY ",\"least_evidence\":" INTEGER ",\"after_hint\":" STRING
     ",\"rule\":" STRING ",\"type\":" STRING ",\"value\":" PROBABILITY ",\"times\":" INTEGER ",\"of_last\":" INTEGER
     ",\"newest_weight\":" PROBABILITY ",\"seen_right_at\":" PROBABILITY ",\"off_screen\":" INTEGER
     ",\"gap_days\":" INTEGER ",\"checkpoint\":" BOOLEAN "}}"
     ",\"missing\":{\"type\":\"object\",\"required\":[\"right_answers\",\"also\"],\"properties\":{\"right_answers\":{"
     "\"type\":[\"integer\",\"null\"]},\"also\":" LIST(
         "{\"type\":\"string\"}") "}},\"steps_total\":" INTEGER
                                  ",\"steps\":" LIST(
                                      "{\"type\":\"object\",\"required\":[\"evidence_id\",\"at\",\"score\",\"counted\"]"
                                      ",\"properties\":{\"evidence_"
                                      "id\":" ID ",\"at\":" STRING ",\"kind\":" STRING ",\"item_id\":" NULLABLE_ID
                                      ",\"score\":{\"type\":\"number\"},\"attempt\":" INTEGER ",\"hints\":" INTEGER
                                      ",\"took_ms\":" INTEGER ",\"response\":{\"description\":\"as the learner gave "
                                      "it; null when it is not kept\"},\"counted\":" BOOLEAN
                                      ",\"model_version\":" NULLABLE_ID
                                      ",\"before\":{\"type\":[\"number\",\"null\"]},\"after\":{\"type\":[\"number\","
                                      "\"null\"]}}}") "}}"},
    {"Grades",
     "{\"type\":\"object\",\"required\":[\"learner_id\",\"policy_version\",\"as_of\",\"courses\",\"terms\"],"
     "\"properties\":{\"learner_id\":" ID ",\"policy_version\":" STRING ",\"as_of\":" STRING ",\"courses\":" LIST(
         "{\"type\":\"object\",\"required\":[\"course_id\",\"title\",\"incomplete\",\"shown\",\"competencies\"],"
         "\"properties\":{\"course_id\":" ID ",\"title\":" STRING ",\"incomplete\":" BOOLEAN ",\"letter\":" STRING
         ",\"percent\":{\"type\":\"number\"},\"gpa\":{\"type\":\"number\"},\"mean\":{\"type\":\"number\"},"
         "\"shown\":" INTEGER ",\"competencies\":" INTEGER ",\"levels\":" LIST(
             REPORTED) "}}") ",\"scale\":" SCALE
                             ",\"terms\":" LIST("{\"type\":\"object\",\"required\":[\"term\",\"title\",\"incomplete\","
                                                "\"frozen_at\"],\"properties\":{\"term\":" STRING ",\"course_id\":" ID
                                                ",\"title\":" STRING ",\"incomplete\":" BOOLEAN ",\"letter\":" STRING
                                                ",\"percent\":{\"type\":\"number\"},\"gpa\":{\"type\":\"number\"},"
                                                "\"frozen_at\":" STRING
                                                ",\"levels\":" LIST(REPORTED) ",\"scale\":" SCALE "}}") "}}"},
    {"GradeWhy",
     "{\"type\":\"object\",\"required\":[\"learner_id\",\"course_id\",\"policy_version\",\"as_of\",\"incomplete\","
     "\"letter\",\"mean\",\"levels\",\"conversion\",\"missing\"],\"properties\":{\"learner_id\":" ID
     ",\"course_id\":" ID ",\"title\":" STRING ",\"policy_version\":" STRING ",\"as_of\":" STRING
     ",\"incomplete\":" BOOLEAN ",\"letter\":" NULLABLE_STRING ",\"mean\":" NUMBER ",\"incomplete_share\":" PROBABILITY
     ",\"levels\":" LIST(REPORTED) ",\"scale\":" SCALE ",\"conversion\":" LIST(
         "{\"type\":\"object\",\"required\":[\"letter\",\"from\",\"to\"],\"properties\":{\"letter\":" STRING
         ",\"from\":" NUMBER ",\"to\":" NUMBER
         "}}") ",\"missing\":{\"type\":\"object\",\"required\":[\"skills_with_evidence\",\"levels\",\"for\"],"
               "\"properties\":{\"skills_with_evidence\":" INTEGER ",\"points\":" NUMBER
               ",\"levels\":{\"type\":[\"integer\",\"null\"],\"description\":\"null where the levels of the scale are "
               "not equally far apart\"},\"for\":" NULLABLE_STRING "}}}}"},
    {"PaceWhy", "{\"type\":\"object\",\"required\":[\"learner_id\",\"policy_version\",\"as_of\",\"requirements\"],"
                "\"properties\":{\"learner_id\":" ID ",\"policy_version\":" STRING ",\"as_of\":" STRING
                ",\"requirements\":" LIST(REQUIREMENT) ",\"secure_before\":" INTEGER ",\"days_away\":" INTEGER
                                                       ",\"weeks_left\":" NUMBER ",\"at_risk\":" BOOLEAN "}}"},
    {"NextWhy",
     "{\"type\":\"object\",\"required\":[\"learner_id\",\"competency_id\",\"policy_version\",\"as_of\",\"level\","
     "\"weighed\"],\"properties\":{\"learner_id\":" ID ",\"competency_id\":" ID ",\"name\":" STRING
     ",\"policy_version\":" STRING ",\"as_of\":" STRING ",\"level\":" LEVEL
     ",\"days_since\":{\"type\":[\"integer\",\"null\"]},\"review_after_days\":" INTEGER ",\"stuck_after\":" INTEGER
     ",\"stuck_below\":" PROBABILITY ",\"weighed\":" LIST(
         "{\"type\":\"object\",\"required\":[\"competency_id\",\"reason\"],\"properties\":{\"competency_id\":" ID
         ",\"reason\":" REASON "}}") "}}"},
    {"Standing",
     "{\"type\":\"object\",\"required\":[\"learner_id\",\"requirements\",\"goals\"],\"properties\":{\"learner_id\":" ID
     ",\"requirements\":" LIST(REQUIREMENT) ",\"goals\":" LIST(
         "{\"type\":\"object\",\"required\":[\"goal_id\",\"title\",\"counted_by\",\"by_test\",\"ours\",\"standards\","
         "\"seen\",\"secure\",\"disagree\"],\"properties\":{\"goal_id\":" ID ",\"title\":" STRING
         ",\"counted_by\":{\"enum\":[\"state\",\"district\"]},\"by_test\":" STANDING ",\"ours\":" STANDING
         ",\"standards\":" INTEGER ",\"seen\":" INTEGER ",\"secure\":" INTEGER ",\"disagree\":" BOOLEAN
         ",\"latest\":{\"type\":\"object\",\"required\":[\"test\",\"taken_on\"],\"properties\":{\"test\":" STRING
         ",\"taken_on\":" STRING ",\"score\":" NUMBER ",\"standard_error\":" NUMBER ",\"level\":" INTEGER "}}}}") "}}"},
    {"AccessRecords",
     "{\"type\":\"object\",\"required\":[\"learner_id\",\"views\",\"older_than\"],\"properties\":{\"learner_id\":" ID
     ",\"views\":" LIST("{\"type\":\"object\",\"required\":[\"access_id\",\"at\",\"name\",\"scope\",\"route\","
                        "\"relation\"],\"properties\":{\"access_id\":" ID ",\"at\":" STRING ",\"name\":" STRING
                        ",\"scope\":{\"enum\":[\"learner\",\"class\",\"school\"]},\"class\":" STRING
                        ",\"route\":" STRING ",\"relation\":" STRING "}}") ",\"older_than\":" NULLABLE_STRING "}}"},
    {"Look", "{\"type\":\"object\",\"required\":[\"client_id\",\"note\"],\"properties\":{\"client_id\":" STRING
             ",\"competency_id\":" ID ",\"course_id\":" ID
             ",\"about\":{\"type\":\"string\",\"description\":\"none: the level of a skill; grade, with course_id; "
             "pace: and a requirement; next: a suggestion\"},\"note\":" STRING "}}"},
    {"LookReply", "{\"type\":\"object\",\"required\":[\"asked\"],\"properties\":{\"asked\":" BOOLEAN "}}"},
    {"Observation", "{\"type\":\"object\",\"required\":[\"client_id\",\"competency_id\",\"learner_ids\"],"
                    "\"properties\":{\"client_id\":" STRING ",\"competency_id\":" ID
                    ",\"learner_ids\":" LIST(ID) ",\"kind\":{\"enum\":[\"observation\",\"judgement\"]},\"level\":" LEVEL
                                                 ",\"score\":" PROBABILITY ",\"note\":" STRING "}}"},
    {"Observed",
     "{\"type\":\"object\",\"required\":[\"evidence\"],\"properties\":{\"evidence\":" LIST(
         "{\"type\":\"object\",\"required\":[\"learner_id\",\"evidence_id\"],\"properties\":{\"learner_id\":" ID
         ",\"evidence_id\":" ID "}}") "}}"},
    {"ClassMastery",
     "{\"type\":\"object\",\"required\":[\"class_id\",\"competencies\",\"learners\"],\"properties\":{\"class_id\":" ID
     ",\"competencies\":" LIST(
         "{\"type\":\"object\",\"required\":[\"competency_id\",\"name\"],\"properties\":{"
         "\"competency_id\":" ID ",\"name\":" STRING
         "}}") ",\"learners\":" LIST("{\"type\":\"object\",\"required\":[\"learner_id\",\"name\",\"mastery\"],"
                                     "\"properties\":{\"learner_id\":" ID ",\"name\":" STRING
                                     ",\"mastery\":" LIST(REF("Mastery")) "}}") ",\"after\":" NULLABLE_STRING "}}"},
    {"Queue",
     "{\"type\":\"object\",\"required\":[\"class_id\",\"entries\"],\"properties\":{\"class_id\":" ID
     ",\"entries\":" LIST(
         "{\"type\":\"object\",\"required\":[\"learner_id\",\"reason\",\"action\"],\"properties\":{\"learner_id\":" ID
         ",\"name\":" STRING ",\"reason\":" REASON ",\"action\":" STRING ",\"competency_id\":" NULLABLE_ID
         ",\"help_id\":" NULLABLE_ID "}}") "}}"},
    {0},
};
