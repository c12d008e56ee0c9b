{{/*
Combinations of values that are fine one by one and would not work, or not be safe, together. Each ends the command with a
sentence that begins with the key to change.
*/}}

{{- define "sealane.refusals" -}}
{{- include "sealane.refuseCallers" . -}}
{{- include "sealane.refuseSizes" . -}}
{{- include "sealane.refuseScope" . -}}
{{- include "sealane.refuseNetwork" . -}}
{{- include "sealane.refuseSettings" . -}}
{{- include "sealane.refuseInvestigator" . -}}
{{- include "sealane.refuseTwice" . -}}
{{- end }}

{{- define "sealane.refuseInvestigator" -}}
{{- $of := .Values.investigator -}}
{{- if $of.enabled -}}
{{- $make := "--from-file=tokens.yaml --from-file=router --from-file=event-key" -}}
{{- if not $of.tokens.existingSecret -}}
{{- fail (printf "investigator.tokens.existingSecret: nobody gets in without a token, the routers neither; docs/investigator.md says how to make a Secret of three keys, and then: kubectl create secret generic sealane-investigator --namespace=%s %s" .Release.Namespace $make) -}}
{{- end -}}
{{- range list $of.tokens.key $of.tokens.routerKey $of.tokens.eventKey -}}
{{- include "sealane.refuseMissing" (dict "root" $ "key" "investigator.tokens" "of" (dict "existingSecret" $of.tokens.existingSecret "key" .) "how" $make) -}}
{{- end -}}
{{- range include "sealane.investigatorSecrets" . | fromJsonArray -}}
{{- include "sealane.refuseMissing" (dict "root" $ "says" .value "of" (dict "existingSecret" .secret "key" .key) "how" (printf "--from-file=%s" .key)) -}}
{{- end -}}
{{- if and (gt (int $of.replicas) 1) (not $of.database.url) -}}
{{- fail "investigator.replicas: SQLite is one process's; write a PostgreSQL address into investigator.database.url, or 1 replica" -}}
{{- end -}}
{{- if and (gt (int $of.replicas) 1) $of.persistence.enabled (ne $of.persistence.accessMode "ReadWriteMany") -}}
{{- fail "investigator.persistence.accessMode: several replicas share the volume; write ReadWriteMany, or investigator.persistence.enabled=false to accept errors as soon as PostgreSQL has them" -}}
{{- end -}}
{{- if not (or $of.database.url $of.persistence.enabled) -}}
{{- fail "investigator.persistence.enabled: without a volume every restart would lose all incidents; leave it on, or write a PostgreSQL address into investigator.database.url" -}}
{{- end -}}
{{- if regexMatch "^[a-z]+://([^/@]*:[^/]*@|[^?]*[?]([^&]*&)*password=)" $of.database.url -}}
{{- fail "investigator.database.url: it holds a password, and values are no place for one; put it into a Secret and name that in investigator.database.password.existingSecret" -}}
{{- end -}}
{{- range $key, $url := dict "model.url" $of.model.url "notifications.webhookUrl" $of.notifications.webhookUrl "notifications.publicUrl" $of.notifications.publicUrl -}}
{{- if regexMatch "^[a-z]+://[^/?#]*@" ($url | default "") -}}
{{- fail (printf "investigator.%s: what stands before @ is a secret, and values are no place for one; write it without, or leave it empty and take the variable from a Secret with investigator.extraEnv" $key) -}}
{{- end -}}
{{- end -}}
{{- if and $of.model.existingSecret (not $of.model.url) -}}
{{- fail "investigator.model.existingSecret: no model is asked, for investigator.model.url is empty; write where it is, or leave the Secret out" -}}
{{- end -}}
{{- if $of.persistence.enabled -}}
{{- include "sealane.refuseBytes" (dict "key" "investigator.persistence.spoolLimit" "value" $of.persistence.spoolLimit "least" "1MiB" "most" "64GiB") -}}
{{- if and (not $of.persistence.existingClaim) (ge (include "sealane.bytes" $of.persistence.spoolLimit | int64) (include "sealane.bytes" $of.persistence.size | int64)) -}}
{{- fail (printf "investigator.persistence.spoolLimit: %s would fill the volume, which investigator.persistence.size makes %s; write less, or more there" $of.persistence.spoolLimit $of.persistence.size) -}}
{{- end -}}
{{- end -}}
{{- include "sealane.refuseBudget" (dict "key" "investigator.podDisruptionBudget" "of" $of.podDisruptionBudget "fewest" $of.replicas "most" $of.replicas) -}}
{{- end -}}
{{- end }}

{{- define "sealane.refuseCallers" -}}
{{- $callers := .Values.callers -}}
{{- $known := or $callers.serviceAccounts.enabled $callers.keys.existingSecret -}}
{{- if and $callers.anonymous $known -}}
{{- fail "callers.anonymous: everybody would be served without a key, and callers.serviceAccounts or callers.keys would mean nothing; switch them off, or leave anonymous out" -}}
{{- end -}}
{{- if not (or $callers.anonymous $known) -}}
{{- fail "callers: nobody could call. Set callers.serviceAccounts.enabled=true, or callers.keys.existingSecret=NAME, or consent with callers.anonymous=true to serve everybody who can connect" -}}
{{- end -}}
{{- include "sealane.refuseMissing" (dict "root" . "key" "callers.keys" "of" $callers.keys "how" (printf "--from-file=%s=keys.yaml" $callers.keys.key)) -}}
{{- include "sealane.refuseMissing" (dict "root" . "key" "helmTest.apiKey" "of" .Values.helmTest.apiKey "how" (printf "--from-literal=%s=sl-..." .Values.helmTest.apiKey.key)) -}}
{{- end }}

{{/*
A Secret that is not there, when there is a cluster to ask and a namespace that exists: {root, of, how, key or says}, where the
last is the whole name of the value.
*/}}
{{- define "sealane.refuseMissing" -}}
{{- $space := .root.Release.Namespace -}}
{{- if and .of.existingSecret (lookup "v1" "ServiceAccount" $space "default") -}}
{{- $secret := lookup "v1" "Secret" $space .of.existingSecret -}}
{{- $make := printf "kubectl create secret generic %s --namespace=%s %s" .of.existingSecret $space .how -}}
{{- if not $secret -}}
{{- fail (printf "%s: there is no Secret %s in %s; make it: %s" (.says | default (printf "%s.existingSecret" .key)) .of.existingSecret $space $make) -}}
{{- end -}}
{{- if not (hasKey ($secret.data | default dict) .of.key) -}}
{{- fail (printf "%s: the Secret %s in %s has no key %s; make it: %s" (.says | default (printf "%s.key" .key)) .of.existingSecret $space .of.key $make) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "sealane.refuseScope" -}}
{{- if and (eq .Values.routes.scope "Cluster") .Values.rbac.create -}}
{{- $there := lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "sealane-operator" | default dict -}}
{{- $owner := dig "metadata" "annotations" dict $there -}}
{{- $space := get $owner "meta.helm.sh/release-namespace" -}}
{{- $name := get $owner "meta.helm.sh/release-name" -}}
{{- if and $name (ne (printf "%s/%s" $space $name) (printf "%s/%s" .Release.Namespace .Release.Name)) -}}
{{- fail (printf "routes.scope: the release %s in %s serves every namespace already; uninstall it, or write Namespaces here and there" $name $space) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.routes.scope "Namespaces" -}}
{{- $count := len (include "sealane.watched" . | fromJsonArray) -}}
{{- if gt $count 64 -}}
{{- fail (printf "routes.namespaces: a router follows at most 64 namespaces one by one, and these are %d; use routes.scope=Cluster" $count) -}}
{{- end -}}
{{- if and .Values.callers.serviceAccounts.enabled .Values.callers.serviceAccounts.clusterRole -}}
{{- fail "callers.serviceAccounts.clusterRole: tokens are reviewed with a ClusterRole, and routes.scope=Namespaces installs Roles alone. Have an administrator bind system:auth-delegator to the ServiceAccount sealane-router and set this to false, or set callers.serviceAccounts.enabled=false and callers.keys.existingSecret" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "sealane.refuseNetwork" -}}
{{- with .Values.networkPolicy -}}
{{- if and .enabled (not .dns.cidrs) (not .dns.namespaceLabels) -}}
{{- fail "networkPolicy.dns: no provider's name could be resolved; say in namespaceLabels and podLabels, or in cidrs, where DNS is" -}}
{{- end -}}
{{- if and .enabled (not .providers.cidrs) (not .extraEgress) -}}
{{- fail "networkPolicy.providers.cidrs: routers could reach no provider; write where they are, here or in networkPolicy.extraEgress" -}}
{{- end -}}
{{- range $key, $blocks := dict "apiServer.cidr" (list .apiServer.cidr) "dns.cidrs" .dns.cidrs "providers.cidrs" .providers.cidrs "providers.except" .providers.except -}}
{{- range $blocks -}}
{{- if not (include "sealane.isNetwork" .) -}}
{{- fail (printf "networkPolicy.%s: %s is no block of addresses; write for example 10.0.0.0/8 or fd00::/8" $key .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range .providers.except -}}
{{- if hasSuffix "/0" . -}}
{{- fail (printf "networkPolicy.providers.except: without %s no address is left; write a smaller block, or leave networkPolicy.providers.cidrs empty" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range list "router" "operator" "investigator" -}}
{{- $host := (index $.Values .).listenHost -}}
{{- if not (include "sealane.isAddress" ($host | trimPrefix "[" | trimSuffix "]")) -}}
{{- fail (printf "%s.listenHost: %s is no address; write 0.0.0.0, or [::]" . $host) -}}
{{- end -}}
{{- end -}}
{{- range splitList "," (.Values.router.allowedNetworks | default "default") -}}
{{- $block := trim . | trimPrefix "!" -}}
{{- if not (or (eq (trim .) "default") (include "sealane.isAddress" $block) (include "sealane.isNetwork" $block)) -}}
{{- fail (printf "router.allowedNetworks: %s is no network; write default, 10.0.0.0/8 or !10.1.0.0/16, separated by commas" (trim . | default "what stands between two commas")) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "sealane.refuseSettings" -}}
{{- range $component := list "router" "operator" "investigator" -}}
{{- $set := include (printf "sealane.%sSettings" $component) $ | fromJsonArray -}}
{{- range (index $.Values $component).extraEnv -}}
{{- $extra := .name -}}
{{- range $set -}}
{{- if eq .name $extra -}}
{{- fail (printf "%s.extraEnv: %s is what the chart sets already; use its value instead" $component $extra) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Names that Kubernetes wants once in a pod, as the Deployments have them in the end. */}}
{{- define "sealane.refuseTwice" -}}
{{- range $component := list "router" "operator" "investigator" -}}
{{- with include (printf "%s/%s/deployment.yaml" $.Template.BasePath $component) $ | fromYaml -}}
{{- $pod := .spec.template.spec -}}
{{- $container := first $pod.containers -}}
{{- range $key, $field := dict "extraEnv" "name" "extraVolumes" "name" "extraVolumeMounts" "mountPath" -}}
{{- $seen := dict -}}
{{- range get (dict "extraEnv" $container.env "extraVolumes" $pod.volumes "extraVolumeMounts" $container.volumeMounts) $key -}}
{{- $name := index . $field | default "" -}}
{{- if hasKey $seen $name -}}
{{- fail (printf "%s.%s: the pod would have %s %s twice; the chart may have one of its own: write another" $component $key $field $name) -}}
{{- end -}}
{{- $_ := set $seen $name true -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
