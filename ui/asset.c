#include "ui/asset.h"

#include <string.h>

const struct asset *asset_find(const char *path)
{
    for (size_t i = 0; path && i < assets_n; i++)
        if (!strcmp(assets[i].path, path)) return &assets[i];
    return NULL;
}

const char *asset_url(const char *name)
{
    for (size_t i = 0; name && i < assets_n; i++)
        if (!strcmp(assets[i].name, name)) return assets[i].path;
    return "";
}
