#!/usr/bin/env bash
# Pid 1 of a node; run.sh starts it in namespaces of its own and says where everything is. When it is killed, all ends.
set -euo pipefail
: "${FOLDER:?}" "${CGROUP:?}"
IP=192.168.77.2 PODS=10.244.0.0/24 SOCKET=/run/containerd/containerd.sock

keep() { # name command...: start it again whenever it ends, as a service manager does
  local name=$1
  shift
  while true; do
    "$@" >>"log/$name.log" 2>&1 || true
    sleep 0.5
  done &
}

private_folders() { # what containerd and the kubelet keep at fixed places is this node's alone
  local folder
  mount --make-rshared /
  mkdir -p "$FOLDER/mnt/var/log" log/pods
  ln -sfn "$FOLDER/log/pods" "$FOLDER/mnt/var/log/pods" # logs of pods outlive the node, as its own do
  for folder in /run/containerd /run/netns /var/lib/cni /var/lib/kubelet /var/log/pods /var/log/containers /etc/cni/net.d; do
    mkdir -p "$FOLDER/mnt$folder" "$folder"
    mount --bind "$FOLDER/mnt$folder" "$folder"
    mount --make-rshared "$folder"
  done
}

unpacked_images() { # 36,000 files, which a disk takes up to a minute to forget; memory forgets them with the node
  mkdir -p containerd
  [ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -lt $((8 << 20)) ] ||
    mount -t tmpfs -o size=4g,mode=711 images containerd
}

cgroups() { # the kubelet wants its root to exist, in every hierarchy of cgroup v1 or in the only one of v2
  local hierarchy file
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    sed 's/[a-z]*/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
    mkdir -p "/sys/fs/cgroup/$CGROUP"
    return
  fi
  for hierarchy in /sys/fs/cgroup/*/; do
    case $hierarchy in */unified/) ;; *) mkdir -p "$hierarchy$CGROUP" ;; esac
  done
  for file in cpuset.cpus cpuset.mems; do cat /sys/fs/cgroup/cpuset/$file >"/sys/fs/cgroup/cpuset/$CGROUP/$file"; done
}

network() { # one pair of virtual interfaces; without a default route no address of a Service can be reached
  hostname node1
  ip link set lo up
  ip link add node0 type veth peer name node0p
  ip address add $IP/24 dev node0
  ip link set node0 up
  ip link set node0p up
  ip route add default dev node0
  sysctl -qw net.ipv4.ip_forward=1
}

issue() { # name subject subjectAltName
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "pki/$1.key" -out "pki/$1.csr" -subj "$2"
  openssl x509 -req -in "pki/$1.csr" -CA pki/ca.crt -CAkey pki/ca.key -CAcreateserial -days 30 -out "pki/$1.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth' "$3")
}

identities() {
  mkdir -p pki
  chmod 700 pki
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout pki/ca.key -out pki/ca.crt \
    -subj /CN=node-ca -days 30
  openssl genrsa -out pki/sa.key 2048
  openssl rsa -in pki/sa.key -pubout -out pki/sa.pub
  issue apiserver /CN=kube-apiserver \
    "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:$IP,IP:10.96.0.1"
  issue admin /O=system:masters/CN=admin DNS:admin
  issue controllers /CN=system:kube-controller-manager DNS:controllers
  issue scheduler /CN=system:kube-scheduler DNS:scheduler
  issue kubelet /O=system:nodes/CN=system:node:node1 "DNS:node1,IP:$IP"
  issue proxy /CN=system:kube-proxy DNS:proxy
  issue dns /CN=coredns DNS:dns
}

kubeconfigs() {
  local user
  for user in admin controllers scheduler kubelet proxy dns; do
    install -m 600 /dev/stdin "$user.kubeconfig" <<END
apiVersion: v1
kind: Config
clusters: [{name: node, cluster: {server: "https://$IP:6443", certificate-authority: $FOLDER/pki/ca.crt}}]
users: [{name: $user, user: {client-certificate: $FOLDER/pki/$user.crt, client-key: $FOLDER/pki/$user.key}}]
contexts: [{name: node, context: {cluster: node, user: $user}}]
current-context: node
END
  done
}

control_plane() {
  keep etcd etcd --data-dir=etcd --unsafe-no-fsync
  keep kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --secure-port=6443 --advertise-address=$IP \
    --tls-cert-file=pki/apiserver.crt --tls-private-key-file=pki/apiserver.key --client-ca-file=pki/ca.crt \
    --kubelet-client-certificate=pki/admin.crt --kubelet-client-key=pki/admin.key \
    --kubelet-preferred-address-types=InternalIP \
    --service-cluster-ip-range=10.96.0.0/16 --service-account-issuer=https://kubernetes.default.svc \
    --service-account-key-file=pki/sa.pub --service-account-signing-key-file=pki/sa.key \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true
  keep kube-controller-manager kube-controller-manager --kubeconfig=controllers.kubeconfig --leader-elect=false \
    --use-service-account-credentials --service-account-private-key-file=pki/sa.key --root-ca-file=pki/ca.crt \
    --cluster-signing-cert-file=pki/ca.crt --cluster-signing-key-file=pki/ca.key \
    --allocate-node-cidrs --cluster-cidr=10.244.0.0/16
  keep kube-scheduler kube-scheduler --kubeconfig=scheduler.kubeconfig --leader-elect=false
}

runtime() { # ptp, not bridge: every packet passes the node's routing, so Services work between pods of one node
  cat >containerd.toml <<END
version = 2
root = "$FOLDER/containerd"
state = "/run/containerd/state"
[grpc]
  address = "$SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true          # without CAP_SYS_RESOURCE a negative oom_score_adj is refused
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
END
  cat >/etc/cni/net.d/10-pods.conflist <<END
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{"type": "ptp", "ipam": {"type": "host-local",
 "ranges": [[{"subnet": "$PODS"}]], "routes": [{"dst": "0.0.0.0/0"}], "dataDir": "/run/containerd/cni"}}]}
END
  keep containerd containerd --config containerd.toml
  until ctr -a $SOCKET version >/dev/null 2>&1; do sleep 0.1; done
}

images() { # a node without any is one, too
  local image
  for image in images/*.tar; do [ ! -f "$image" ] || ctr -a $SOCKET -n k8s.io images import "$image"; done
}

kubelet_and_proxy() {
  echo "nameserver $IP" >resolv.conf
  cat >kubelet.yaml <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP
containerRuntimeEndpoint: unix://$SOCKET
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $FOLDER/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $FOLDER/pki/kubelet.crt
tlsPrivateKeyFile: $FOLDER/pki/kubelet.key
clusterDomain: cluster.local
clusterDNS: ["$IP"]
resolvConf: $FOLDER/resolv.conf
failSwapOn: false
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi}
END
  cat >proxy.yaml <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clientConnection: {kubeconfig: $FOLDER/proxy.kubeconfig}
clusterCIDR: 10.244.0.0/16
conntrack: {maxPerCore: 0, min: 0}       # these belong to the machine
hostnameOverride: node1
END
  keep kubelet kubelet --config=kubelet.yaml --kubeconfig=kubelet.kubeconfig --hostname-override=node1 --node-ip=$IP
  keep kube-proxy kube-proxy --config=proxy.yaml
}

names() { # DNS for Services and pods; nothing else has an address here
  export KUBECONFIG=$FOLDER/admin.kubeconfig
  until kubectl get --raw /readyz >/dev/null 2>&1; do sleep 0.2; done
  kubectl create clusterrole dns --verb=list,watch \
    --resource=endpoints,services,pods,namespaces,endpointslices.discovery.k8s.io
  kubectl create clusterrolebinding dns --clusterrole=dns --user=coredns
  printf '.:53 {\n bind %s\n errors\n kubernetes cluster.local in-addr.arpa {\n  kubeconfig %s\n }\n}\n' \
    $IP "$FOLDER/dns.kubeconfig" >Corefile
  keep dns dns -conf Corefile
}

cd "$FOLDER"
private_folders
unpacked_images
cgroups
network
identities
kubeconfigs
control_plane
runtime
kubelet_and_proxy
names
images
echo "everything is started"
wait
