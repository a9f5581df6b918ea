/* model: fitting, judging and using learner models on files, without a database; and the life of a district's own models. */
#include "model_edges.h"

#define KIND_FIT {"--kind", "KIND", "bkt, irt, afm, pfa, das3h, best-lr, best-lr-recency, das3h-recency, full, transfer or elo"}

const struct cli_word cli_words_model[] = {
    {"model fit", "PATH...", "Fit a model to a log of answers: files and folders as docs/models.md says, or any CSV by the names of its columns.", run_model_fit, false,
     {KIND_FIT, LOG_COLUMNS, {"--c", "C", "logistic: inverse strength of the ridge (default 1)"}, {"--prior", "none|WEIGHT", "BKT: pseudo-answers of the prior (default 5)"},
      {"--cap", "P", "BKT: the most that guess and slip may be (default .5)"}, {"--iterations", "N", "BKT: EM iterations at most (default 1000)"}, GENERAL_OPTIONS, TRANSFER_OPTIONS, {"--out", "FILE", "write the parameters as JSON"}, {"--start", "FILE", "begin at the parameters that an earlier fit wrote"}, THREADS_OPTION, {0}}},
    {"model eval", "PATH...", "Predict every answer one step ahead by a model that was fitted without its student (fold = student's number mod folds), and say how well.", run_model_eval, false,
     {KIND_FIT, {"--folds", "N", "how many folds (default 5)"}, LOG_COLUMNS, {"--group", "COLUMN", "figures for each value of this column"}, {"--smallest", "N", "groups of fewer students are hidden (default 10)"},
      {"--predictions", "FILE", "one row per answer: user, index, p, correct"}, {"--c", "C", "logistic: inverse strength of the ridge (default 1)"},
      {"--prior", "none|WEIGHT", "BKT: pseudo-answers of the prior (default 5)"}, {"--cap", "P", "BKT: the most that guess and slip may be (default .5)"},
      {"--iterations", "N", "BKT: EM iterations at most (default 1000)"}, GENERAL_OPTIONS, EDGES_OPTION, TRANSFER_OPTIONS, {"--report", "DIR", "write a page with calibration plots, learning curves and their tables"}, THREADS_OPTION, {0}}},
    {"model calibrate", "PATH", "Calibrate items from scores: one row per person, one column per item, empty where an item was not given.", run_model_calibrate, false,
     {{"--kind", "KIND", "1pl, 2pl, pcm or gpcm (default 2pl)"}, {"--columns", "PREFIX,...", "item columns begin with one of these (default: every column of scores 0 to 9)"},
      {"--points", "N", "quadrature points (default 61)"}, {"--iterations", "N", "EM iterations at most (default 2000)"},
      {"--group", "COLUMN", "items that are harder for a group than for those of equal standing (differential item functioning)"}, {"--reference", "VALUE", "the group that others are held against (default: the largest)"},
      {"--smallest", "N", "groups of fewer persons are hidden (default 10)"}, LOG_COLUMNS, THREADS_OPTION, {0}}},
    {"model cat", "[PATH]", "Give adaptive tests to simulated students: items calibrated from PATH, or an invented bank.", run_model_cat, false,
     {{"--items", "N", "size of the invented bank (default 500)"}, {"--students", "N", "how many (default 1000)"}, {"--seed", "S", "where the lots begin (default 1)"},
      {"--se", "E", "stop at this standard error (default .3)"}, {"--most", "N", "stop after so many items (default 40)"}, {"--randomesque", "N", "draw from the N best items (default 1)"},
      {"--columns", "PREFIX,...", "item columns begin with one of these"}, THREADS_OPTION, {0}}},
    {"model memory", "PATH...", "Refit FSRS-6 on answers with times, and judge it over folds on answers a day or more after the last.", run_model_memory, false,
     {{"--by", "item|skill", "what is remembered (default item)"}, {"--folds", "N", "how many folds (default 5)"}, LOG_COLUMNS, THREADS_OPTION, {0}}},
    {"model detect", "PATH...", "Say how many answers and student-skill pairs each detector flags (wheel-spinning and its forecast, rapid guesses, hint abuse, idle, lapses, under-challenged, behind: "
     "docs/models.md), and how often that is right where the log holds the truth.", run_model_detect, false,
     {LOG_COLUMNS, {"--took", "COLUMN", "column with the seconds an answer took; milliseconds if the name begins or ends with ms"}, {"--hints", "COLUMN", "column with the number of hints opened before the answer"},
      {"--truth", NULL, "judge by the truth that model simulate --log wrote"}, {"--flags", "FILE", "one row per flagged answer: user, index, item, flags"}, THREADS_OPTION, {0}}},
    {"model edges", "PATH...", "Check edges between skills (this one comes before that one) on a log of answers, or with --q on scores: how often the later skill is there with and without the earlier one, "
     "and whether it is one-way.", run_model_edges, false,
     {{"--edges", "FILE", "columns before and after: names of skills; or what an earlier run wrote with --out"}, {"--q", "FILE", "the skills that each item needs: one column per skill, one row per item; PATH is then a score matrix"},
      {"--columns", "PREFIX,...", "item columns begin with one of these"}, {"--out", "FILE", "write what was found as JSON, which --edges takes too"}, LOG_COLUMNS, {0}}},
    {"model simulate", "", "Try ways of choosing what comes next on invented students whose truth is known, and of another kind than the model's: answers per skill called secure, "
     "how many of those calls were false, practice after mastery (docs/models.md defines them), with intervals over students.", run_model_simulate, false,
     {{"--compare", "WAY,...", "some of planner (the program's own choice), fixed (so many items a skill, in order), random (any skill not yet secure)"}, {"--students", "N", "how many (default 500)"},
      {"--seed", "S", "where the lots begin (default 1)"}, {"--skills", "N", "how many (default 20)"}, {"--days", "N", "school days (default 80)"}, {"--each", "N", "fixed: items a skill (default 10)"},
      {"--mastered-at", "P", "share right from which a skill counts as mastered in truth (default .8)"}, {"--from", "FILE", "skills as model fit --out found them, instead of invented ones"},
      {"--policy", "FILE", "the school's rules, as JSON (default: those that a school begins with)"}, {"--log", "FILE", "write the first way's answers as CSV, with the truth beside"}, {"--edges", "FILE", "write what builds on what"}, THREADS_OPTION, {0}}},
    {"model predict", "PATH...", "Predict every answer one step ahead with parameters that model fit --out wrote; rows go to standard output.", run_model_predict, false,
     {{"--model", "FILE", "the parameters"}, {"--predictions", "FILE", "write the rows here and print figures"}, EDGES_OPTION, LOG_COLUMNS, THREADS_OPTION, {0}}},
    {"model explain", "PATH...", "Say why: the parts of one prediction, or of what is known of a skill, which add up to it, and a sentence.", run_model_explain, false,
     {{"--model", "FILE", "the parameters that model fit --out wrote"}, {"--student", "ID", "whom"}, {"--question", "ID", "an item to come (default: the student's last answer, before it was given)"}, {"--language", "LANG", "of the words: en (default) or es"}, EDGES_OPTION, LOG_COLUMNS, {0}}},
    {"model refit", "", "Fit the district's models to its own evidence, judge them on students held back, and put them in force if they are not worse.", run_model_refit, true,
     {{"--dry-run", NULL, "write nothing: say what it would do"}, {"--nightly", NULL, "as the server begins it: quietly, and once a night"},
      {"--go-live", NULL, "also within 28 days after a version was taken back"}, {0}}},
    {"model versions", "", "List what was fitted, how it was judged, and which version is in force.", run_model_versions, true, {{0}}},
    {"model take-back", "", "Go back to the version before the one in force, for answers from now on.", run_model_take_back, true, {{"--of", "KIND", "skills (default) or questions"}, {"--reason", "TEXT", "why, for the registry"}, {0}}},
    {0},
};
