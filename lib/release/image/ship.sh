#!/bin/sh
# Gives the journal to a program that may start none, and keeps how far it has come, so that another start goes on there.
# usage, by the unit clonekit-ship.service: sh ship.sh PROGRAM ARGUMENT...
# It gets entries at its standard input, and says the cursor of the last that need not be given again, a line each time.
set -eu

folder=$TMPDIR
kept=$RUNTIME_DIRECTORY/cursor
cursor=
[ ! -s "$kept" ] || read -r cursor <"$kept" || cursor=

rm -f "$folder/entries" "$folder/shipped"
mkfifo "$folder/entries" "$folder/shipped"
# --all: a long message is there, and not null. --no-tail: from the first entry there is.
journalctl --quiet --follow --no-tail --all --output=json ${cursor:+"--after-cursor=$cursor"} \
  --output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT >"$folder/entries" &
while read -r cursor; do echo "$cursor" >"$kept"; done <"$folder/shipped" &
# In the place of this shell: it is told itself when it must end.
exec "$@" <"$folder/entries" >"$folder/shipped"
