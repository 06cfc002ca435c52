#!/bin/sh
# Makes an image of a machine: unpacks one release, installs its units, and removes what no two clones may share.
# usage, as root on the machine (or in the chroot) that becomes the image: sh bake.sh ARCHIVE DIGEST
# It needs coreutils, tar, gzip and systemd, of any distribution, and may be run again.
set -eu
export LC_ALL=C
umask 022

folder=/opt/clonekit
units=/etc/systemd/system

refuse() {
  echo "bake: $1" >&2
  exit 1
}

[ $# -eq 2 ] || refuse "must be called as: sh bake.sh ARCHIVE DIGEST; got: $# arguments"
archive=$1
digest=$2
[ "$(id -u)" -eq 0 ] || refuse "must be run by root, got: user $(id -u); it installs units"
[ -f "$archive" ] || refuse "ARCHIVE must be a packed release, got: $archive; download it again"

# The release, whole, or none: it is looked at beside its place.
new=$folder.baking
rm -rf "$new"
mkdir -p "$new"
trap 'rm -rf "$new"' EXIT
tar -xzf "$archive" -C "$new" --no-same-owner --same-permissions 2>/dev/null ||
  refuse "ARCHIVE must be a whole release, got: one that tar cannot unpack; download it again"
cd "$new"
[ -f SHA256SUMS ] || refuse "ARCHIVE must be a release, got: one without SHA256SUMS; pack it again"
sum=$(sha256sum <SHA256SUMS)
[ "${sum%% *}" = "$digest" ] || refuse "DIGEST must be that of the archive, got: $digest for ${sum%% *}; name the right one"
wrong=$(sha256sum --check --strict --quiet SHA256SUMS 2>/dev/null) ||
  refuse "every file must be what SHA256SUMS says, got: $(echo "$wrong" | head -n 1); download it again"
# A checksum says nothing of a file that it does not name.
held=$(tar -tzf "$archive" | sort)
named=$({ cut -c 67- SHA256SUMS && echo SHA256SUMS; } | sort)
[ "$held" = "$named" ] || refuse "SHA256SUMS must name every file of the archive, got: another list; pack it again"

machine=$(uname -m)
[ "$machine" != aarch64 ] || machine=arm64
case $(tr -d ' \n' <release.json) in
*"\"architecture\":\"$machine\""*) ;;
*) refuse "the release must be packed for $machine, got: another architecture; pack it with --arch $machine" ;;
esac
./node --version >/dev/null || refuse "the release's Node must run here, got: the words above; install what it misses"

chmod -R go-w,a+rX .
cd /
rm -rf "$folder"
mv "$new" "$folder"

# Units of an earlier bake must not outlive it.
rm -f "$units"/clonekit.* "$units"/clonekit-* "$units"/*.wants/clonekit*
cp "$folder"/clone/units/* "$units"/
systemctl --quiet enable clonekit.path

# A journal may quote what people do: it stays in memory, and is bounded there.
mkdir -p /etc/systemd/journald.conf.d
cat >/etc/systemd/journald.conf.d/50-clonekit.conf <<'END'
[Journal]
Storage=volatile
RuntimeMaxUse=64M
END

# All that a clone is told is a file. Nobody's key, user or password is put on it at boot; a boothook in user data still runs.
mkdir -p /etc/cloud/cloud.cfg.d
cat >/etc/cloud/cloud.cfg.d/99-clonekit.cfg <<'END'
datasource_list: [Ec2]
cloud_init_modules: [write-files]
cloud_config_modules: []
cloud_final_modules: []
users: []
disable_root: true
ssh_pwauth: false
END

# Those have nothing to do any more. And who must look at a clone comes by Session Manager.
for unit in cloud-config.service cloud-final.service ssh.service ssh.socket sshd.service sshd.socket; do
  ln -sfn /dev/null "$units/$unit"
done
usermod --lock root

# What no two clones may share, and what nobody needs.
rm -rf /etc/ssh/ssh_host_* /root/.ssh /home/*/.ssh /root/.*_history /home/*/.*_history
: >/etc/machine-id
rm -f /etc/hostname /var/lib/dbus/machine-id /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
rm -rf /var/lib/cloud/* /var/log/journal/* /var/cache/apt/* /var/lib/apt/lists/* /var/cache/dnf/* /var/cache/yum/*
# What runs this script on a machine of Image Builder lies there, too, and cleans up after itself.
for left in /tmp/* /var/tmp/*; do
  case ${left##*/} in
  imagebuilder* | awstoe* | TOE* | systemd-private-*) ;;
  *) rm -rf "$left" ;;
  esac
done
for log in /var/log/* /var/log/*/*; do [ ! -f "$log" ] || rm -f "$log"; done
echo "bake: release $digest is in place"
