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
{{- if and (gt (int $of.replicas) 1) (not $of.database.url) -}}
{{- fail "investigator.replicas: SQLite is one process's; write a PostgreSQL address into investigator.database.url, or 1 replica" -}}
{{- end -}}
{{- if and (gt (int $of.replicas) 1) $of.persistence.enabled (ne $of.persistence.accessMode "ReadWriteMany") -}}
{{- fail "investigator.persistence.accessMode: several replicas share the volume; write ReadWriteMany, or investigator.persistence.enabled=false to accept errors as soon as PostgreSQL has them" -}}
{{- end -}}
{{- if not (or $of.database.url $of.persistence.enabled) -}}
{{- fail "investigator.persistence.enabled: without a volume every restart would lose all incidents; leave it on, or write a PostgreSQL address into investigator.database.url" -}}
{{- end -}}
{{- if and $of.database.url (regexMatch "^[a-z]+://[^/@]*:[^/@]*@" $of.database.url) -}}
{{- fail "investigator.database.url: it holds a password, and values are no place for one; put it into a Secret and name that in investigator.database.password.existingSecret" -}}
{{- end -}}
{{- include "sealane.refuseBudget" (dict "key" "investigator.podDisruptionBudget" "of" $of.podDisruptionBudget "replicas" (int $of.replicas)) -}}
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

{{/* A Secret that is not there, when there is a cluster to ask and a namespace that exists. */}}
{{- define "sealane.refuseMissing" -}}
{{- $space := .root.Release.Namespace -}}
{{- if and .of.existingSecret (lookup "v1" "ServiceAccount" $space "default") -}}
{{- $secret := lookup "v1" "Secret" $space .of.existingSecret -}}
{{- $make := printf "kubectl create secret generic %s --namespace=%s %s" .of.existingSecret $space .how -}}
{{- if not $secret -}}
{{- fail (printf "%s.existingSecret: there is no Secret %s in %s; make it: %s" .key .of.existingSecret $space $make) -}}
{{- end -}}
{{- if not (hasKey ($secret.data | default dict) .of.key) -}}
{{- fail (printf "%s.key: the Secret %s in %s has no key %s; make it: %s" .key .of.existingSecret $space .of.key $make) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "sealane.refuseSizes" -}}
{{- $router := .Values.router -}}
{{- $fewest := int $router.replicas -}}
{{- with $router.autoscaling -}}
{{- if .enabled -}}
{{- $fewest = int .minReplicas -}}
{{- if lt (int .maxReplicas) (int .minReplicas) -}}
{{- fail (printf "router.autoscaling.maxReplicas: %d is below minReplicas, %d" (int .maxReplicas) (int .minReplicas)) -}}
{{- end -}}
{{- if not (dig "requests" "cpu" "" $router.resources) -}}
{{- fail "router.autoscaling.enabled: processor use is measured against router.resources.requests.cpu, which is not set" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "sealane.refuseBudget" (dict "key" "router.podDisruptionBudget" "of" $router.podDisruptionBudget "replicas" $fewest) -}}
{{- include "sealane.refuseBudget" (dict "key" "operator.podDisruptionBudget" "of" .Values.operator.podDisruptionBudget "replicas" (int .Values.operator.replicas)) -}}
{{- $drain := int (include "sealane.drainSeconds" .) -}}
{{- $grace := $router.terminationGracePeriodSeconds -}}
{{- if and (not (kindIs "invalid" $grace)) (le (int $grace) $drain) -}}
{{- fail (printf "router.terminationGracePeriodSeconds: %d s is not above the %d s that router.drain takes in all (preStopSeconds, propagationSeconds and deadlineSeconds), so streams would be cut" (int $grace) $drain) -}}
{{- end -}}
{{- end }}

{{/* A budget that lets nothing go keeps every node from being drained: {key, of, replicas}. */}}
{{- define "sealane.refuseBudget" -}}
{{- if and .of.enabled (not (kindIs "invalid" .of.minAvailable)) -}}
{{- if and (not (kindIs "string" .of.minAvailable)) (ge (int .of.minAvailable) .replicas) -}}
{{- fail (printf "%s.minAvailable: %d of %d replicas must stay, so no node could ever be drained; write at most %d" .key (int .of.minAvailable) .replicas (sub .replicas 1)) -}}
{{- end -}}
{{- if eq (toString .of.minAvailable) "100%" -}}
{{- fail (printf "%s.minAvailable: with 100%% no node could ever be drained; write less" .key) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "sealane.refuseScope" -}}
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
