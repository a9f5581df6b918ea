#include "driver.h"

#include <string.h>

const char *short_name(const char *sql, char out[SQL_NAME_BYTES])
{
    size_t n = 0;
    sql += strspn(sql, " \n\t");
    while (sql[n] && sql[n] != '\n' && n + 1 < SQL_NAME_BYTES) {
        out[n] = sql[n];
        n++;
    }
    out[n] = 0;
    return out;
}
