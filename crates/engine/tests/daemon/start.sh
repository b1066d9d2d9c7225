# Runs as the first process of its own namespaces, so that all of it ends with this shell; and this shell ends with
# its standard input, so that nothing outlives the test.
set -e
folder=$1 cgroup=$2
ip link set lo up
ip link add eth0 type veth peer name eth1
ip addr add 10.98.0.1/24 dev eth0
ip link set eth0 up
ip link set eth1 up
dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" --host "unix://$folder/docker.sock" \
    --cgroup-parent "$cgroup" --bridge none --iptables=false --insecure-registry 10.98.0.1:5000 >"$folder/log" 2>&1 &
docker-registry serve "$folder/registry.yml" >"$folder/registry.log" 2>&1 &
read -r _ || true
