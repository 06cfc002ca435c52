#!/bin/sh
# The test of an image: booted from it, does its release run, is it the right one, and can it write nothing that lasts?
# usage, as root on a machine booted from the image: sh verify.sh DIGEST
# It tells the clone who it is as its launch would, with backends that nobody reaches, and takes it all back at the end.
set -eu
export LC_ALL=C

folder=/opt/clonekit
told=/run/clonekit
probe=/run/systemd/system/clonekit-probe.service

refuse() {
  echo "verify: $1" >&2
  exit 1
}

[ $# -eq 1 ] || refuse "must be called as: sh verify.sh DIGEST; got: $# arguments"
digest=$1
[ "$(id -u)" -eq 0 ] || refuse "must be run by root, got: user $(id -u); it starts units"
[ ! -e "$told/told" ] || refuse "must be run where no clone is, got: one that was told who it is; boot the image anew"

# What a bake removes comes back by itself only where each machine makes its own.
for key in /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do
  [ ! -s "$key" ] || refuse "nobody's key may be on an image, got: $key; bake it anew"
done
sum=$(sha256sum <"$folder/SHA256SUMS") || refuse "the image must hold a release, got: none in $folder; bake it anew"
[ "${sum%% *}" = "$digest" ] || refuse "the image must hold release $digest, got: ${sum%% *}; bake it anew"
cd "$folder"
wrong=$(sha256sum --check --strict --quiet SHA256SUMS 2>/dev/null) ||
  refuse "every file must be what SHA256SUMS says, got: $(echo "$wrong" | head -n 1); bake it anew"

clean_up() {
  {
    systemctl stop clonekit.path clonekit.target clonekit-launch.service clonekit-watch.service
    systemctl kill --signal=SIGKILL clonekit.service
    systemctl stop clonekit.service
    # What the end of those has started.
    systemctl stop clonekit-leave.service clonekit-replace.service clonekit-restart.service clonekit-ship.service
    rm -rf "$told" "$probe" "$probe.d"
    systemctl daemon-reload
    systemctl reset-failed 'clonekit*'
  } 2>/dev/null || :
}
trap clean_up EXIT

mkdir -p "$told"
cat >"$told/clone.env" <<'END'
AWS_REGION=us-east-1
CLONEKIT_STAGE=dev
CLONEKIT_CLONE_ID=verify
CLONEKIT_GROUP=verify
CLONEKIT_READY_SECONDS=60
CLONEKIT_LOG_GROUP=verify
CLONEKIT_PORT=8080
CLONEKIT_SESSIONS=127.0.0.1:9
CLONEKIT_SESSIONS_MODE=single
CLONEKIT_OBJECTS=127.0.0.1:9
CLONEKIT_CACHE_SECRET=arn:aws:secretsmanager:us-east-1:000000000000:secret:verify
CLONEKIT_PRIMARY=127.0.0.1:9
CLONEKIT_REPLICAS=
CLONEKIT_DATABASE_SECRET=arn:aws:secretsmanager:us-east-1:000000000000:secret:verify
CLONEKIT_POOL_SIZE=1
CLONEKIT_TLS=off
CLONEKIT_HTTPS=off
CLONEKIT_DRAIN_SECONDS=1
CLONEKIT_STOP_SECONDS=5
CLONEKIT_KEEP_ALIVE_SECONDS=60
AWS_ENDPOINT_URL=http://127.0.0.1:9
AWS_ACCESS_KEY_ID=verify
AWS_SECRET_ACCESS_KEY=verify
END
# By the path unit, as at a launch: what would not start a clone must fail here.
systemctl is-enabled --quiet clonekit.path || refuse "clonekit.path must be enabled, got: a unit that no boot starts; bake it anew"
systemctl start clonekit.path
: >"$told/told"

# The release's own Node asks: there need be no other program that can.
"$folder/node" - "$digest" <<'END' || refuse "the release must run, got: the words above; read: journalctl -u clonekit"
const digest = process.argv[2];
const deadline = Date.now() + 120_000;
const ask = (path) => fetch(`http://127.0.0.1:8080${path}`, { signal: AbortSignal.timeout(5_000) });
const fail = (words) => {
  console.error(`verify: ${words}`);
  process.exit(1);
};
(async () => {
  for (;;) {
    const live = await ask('/-/live').catch((error) => ({ status: error.cause?.code ?? error.message }));
    if (live.status === 200) break;
    if (Date.now() > deadline) fail(`/-/live must answer 200 within 120 s, got: ${live.status}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { release } = await (await ask('/-/identity')).json();
  if (release !== digest) fail(`/-/identity must say release ${digest}, got: ${release}`);
})().catch((error) => fail(`/-/identity must answer JSON, got: ${error.message}`));
END

# The app's own sandbox, around a shell that tries to write wherever something is mounted, and wherever people try first.
sed -e '/^OnFailure=/d' -e '/^ExecStart=/d' -e '/^Restart/d' -e 's/^Type=.*/Type=oneshot/' -e 's/^SyslogIdentifier=.*/SyslogIdentifier=probe/' \
  /etc/systemd/system/clonekit.service >"$probe"
mkdir -p "$probe.d"
cat >"$probe.d/probe.conf" <<'END'
[Service]
StandardError=null
ExecStart=/bin/sh -c 'found=; for at in $(while read -r _ at _; do echo "$$at"; done </proc/self/mounts) / /etc /home /opt/clonekit /opt/clonekit/app /root /run /run/clonekit /srv /tmp /usr /var /var/lib /var/log /var/tmp; do [ "$$at" = /mnt ] || { ( : >"$$at/.clonekit-probe" ) 2>/dev/null && found="$$found $$at"; }; done; [ -z "$$found" ] || { echo "writable:$$found"; exit 1; }; head -c 32M /dev/zero >/mnt/full 2>/dev/null && { echo "writable: more than 16 MiB of /mnt"; exit 1; }; exit 0'
END
systemctl daemon-reload
systemctl start clonekit-probe.service 2>/dev/null ||
  refuse "nothing that lasts may be writable to the app, got: $(journalctl --quiet --output cat --unit clonekit-probe.service --identifier probe | tail -n 1); mend the units and bake it anew"

systemctl is-active --quiet clonekit.service || refuse "the app must go on running, got: $(systemctl is-active clonekit.service)"
echo "verify: release $digest runs, answers, and can write nothing that lasts"
