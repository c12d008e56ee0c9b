{{/* How many and how large: numbers that are fine one by one and do not fit each other. */}}

{{- define "sealane.refuseSizes" -}}
{{- $router := .Values.router -}}
{{- $fewest := $router.replicas -}}
{{- $most := $router.replicas -}}
{{- with $router.autoscaling -}}
{{- if .enabled -}}
{{- $fewest = .minReplicas -}}
{{- $most = .maxReplicas -}}
{{- if lt (int .maxReplicas) (int .minReplicas) -}}
{{- fail (printf "router.autoscaling.maxReplicas: %d is below minReplicas, %d" (int .maxReplicas) (int .minReplicas)) -}}
{{- end -}}
{{- if not (include "sealane.resource" (list $router.resources "requests" "cpu")) -}}
{{- fail "router.autoscaling.enabled: processor use is measured against router.resources.requests.cpu, which is not set" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "sealane.refuseBudget" (dict "key" "router.podDisruptionBudget" "of" $router.podDisruptionBudget "fewest" $fewest "most" $most) -}}
{{- with .Values.operator -}}
{{- include "sealane.refuseBudget" (dict "key" "operator.podDisruptionBudget" "of" .podDisruptionBudget "fewest" .replicas "most" .replicas) -}}
{{- end -}}
{{- $drain := int (include "sealane.drainSeconds" .) -}}
{{- $grace := $router.terminationGracePeriodSeconds -}}
{{- if and (not (kindIs "invalid" $grace)) (le (int $grace) $drain) -}}
{{- fail (printf "router.terminationGracePeriodSeconds: %d s is not above the %d s that router.drain takes in all (preStopSeconds, propagationSeconds and deadlineSeconds), so streams would be cut" (int $grace) $drain) -}}
{{- end -}}
{{- include "sealane.refuseVolumes" $router -}}
{{- end }}

{{/* What a router holds in memory and on the node's disk, against what its container may: the router's values. */}}
{{- define "sealane.refuseVolumes" -}}
{{- include "sealane.refuseBytes" (dict "key" "router.bodyLimit" "value" .bodyLimit "least" "1KiB" "most" "1GiB") -}}
{{- include "sealane.refuseBytes" (dict "key" "router.bufferedBodies" "value" .bufferedBodies "least" "1MiB" "most" "1024GiB") -}}
{{- $bodies := include "sealane.bytes" .bufferedBodies | int64 -}}
{{- if gt (include "sealane.bytes" .bodyLimit | int64) $bodies -}}
{{- fail (printf "router.bodyLimit: a body of %s would not fit into router.bufferedBodies, %s; write less, or more there" .bodyLimit .bufferedBodies) -}}
{{- end -}}
{{- $memory := include "sealane.resource" (list .resources "limits" "memory") -}}
{{- if and $memory (ge (add $bodies (include "sealane.bytes" .snapshot.keysSizeLimit | int64)) (include "sealane.bytes" $memory | int64)) -}}
{{- fail (printf "router.bufferedBodies: %s of bodies and %s of credentials (router.snapshot.keysSizeLimit) leave a router nothing of router.resources.limits.memory, %s; write a quarter of it" .bufferedBodies .snapshot.keysSizeLimit $memory) -}}
{{- end -}}
{{- $disk := include "sealane.resource" (list .resources "limits" "ephemeral-storage") -}}
{{- if and $disk (gt (include "sealane.bytes" .snapshot.sizeLimit | int64) (include "sealane.bytes" $disk | int64)) -}}
{{- fail (printf "router.snapshot.sizeLimit: a router with %s would be evicted for router.resources.limits.ephemeral-storage, %s; write less, or more there" .snapshot.sizeLimit $disk) -}}
{{- end -}}
{{- end }}

{{/* A budget that lets nothing go keeps every node from being drained: {key, of, fewest, most}, two numbers of replicas. */}}
{{- define "sealane.refuseBudget" -}}
{{- $of := .of -}}
{{- if and $of.enabled (kindIs "invalid" $of.minAvailable) -}}
{{- $go := include "sealane.podsOf" (list $of.maxUnavailable .most) | int -}}
{{- if gt $go (int .most) -}}
{{- fail (printf "%s.maxUnavailable: %d is more than the %d replicas there are; write at most %d" .key $go (int .most) (int .most)) -}}
{{- end -}}
{{- else if $of.enabled -}}
{{- $stay := include "sealane.podsOf" (list $of.minAvailable .fewest) | int -}}
{{- if ge $stay (int .fewest) -}}
{{- fail (printf "%s.minAvailable: %d of %d replicas must stay, so no node could ever be drained; write less, or leave it out for maxUnavailable" .key $stay (int .fewest)) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* A number of pods: [number or percentage, replicas]; Kubernetes rounds up. */}}
{{- define "sealane.podsOf" -}}
{{- $count := first . -}}
{{- if kindIs "string" $count -}}
{{- div (add (mul (trimSuffix "%" $count | int) (last . | int)) 99) 100 -}}
{{- else -}}
{{- $count | default 1 | int -}}
{{- end -}}
{{- end }}

{{/* A resource of a container as text, or nothing: [resources, "limits", "memory"]. */}}
{{- define "sealane.resource" -}}
{{- $of := get (first . | default dict) (index . 1) | default dict -}}
{{- get $of (last .) -}}
{{- end }}

{{/* A size outside of what the program takes: {key, value, least, most}. */}}
{{- define "sealane.refuseBytes" -}}
{{- $bytes := include "sealane.bytes" .value | int64 -}}
{{- if or (lt $bytes (include "sealane.bytes" .least | int64)) (gt $bytes (include "sealane.bytes" .most | int64)) -}}
{{- fail (printf "%s: %s is not between %s and %s" .key .value .least .most) -}}
{{- end -}}
{{- end }}

{{/* Bytes of 64KiB, as programs write it, and of 64Ki, 64k or a number, as Kubernetes does. */}}
{{- define "sealane.bytes" -}}
{{- $text := toString . | trimSuffix "B" -}}
{{- $unit := regexFind "[A-Za-z]+$" $text -}}
{{- $power := index (dict "" 0 "k" 1 "K" 1 "M" 2 "G" 3 "T" 4 "P" 5 "E" 6) (trimSuffix "i" $unit) | default 0 -}}
{{- $bytes := trimSuffix $unit $text | float64 -}}
{{- range until (int $power) }}{{ $bytes = mulf $bytes (ternary 1024 1000 (hasSuffix "i" $unit)) }}{{ end -}}
{{- printf "%.0f" $bytes -}}
{{- end }}
