{{/*
The SEALANE_* variables that the chart sets, as JSON lists: the Deployments write them, and a value that would set one of
them a second time is refused.
*/}}

{{- define "sealane.routerSettings" -}}
{{- $of := .Values.router -}}
{{- $set := list
  (dict "name" "SEALANE_LISTEN" "value" (printf "%s:8080" $of.listenHost))
  (dict "name" "SEALANE_ADMIN" "value" (printf "%s:9090" $of.listenHost))
  (dict "name" "SEALANE_CLUSTER" "value" "true")
  (dict "name" "SEALANE_PEERS" "value" "sealane-router-admin:9090")
  (dict "name" "SEALANE_SNAPSHOT" "value" "/var/lib/sealane/snapshot")
  (dict "name" "SEALANE_SNAPSHOT_KEYS" "value" "/run/sealane/snapshot-keys")
  (dict "name" "SEALANE_READINESS_POLICY" "value" $of.readiness.policy)
  (dict "name" "SEALANE_PROPAGATION_TIME" "value" (printf "%ds" (int $of.drain.propagationSeconds)))
  (dict "name" "SEALANE_DRAIN_DEADLINE" "value" (printf "%ds" (int $of.drain.deadlineSeconds)))
  (dict "name" "SEALANE_MAX_CONNECTIONS" "value" (toString (int $of.maxConnections)))
  (dict "name" "SEALANE_BODY_LIMIT" "value" $of.bodyLimit)
  (dict "name" "SEALANE_BUFFERED_BODIES" "value" $of.bufferedBodies)
  (dict "name" "SEALANE_ALLOWED_NETWORKS" "value" $of.allowedNetworks)
  (dict "name" "SEALANE_LOG_LEVEL" "value" $of.logLevel)
  (dict "name" "SEALANE_EXCHANGE_LOG" "value" (toString $of.exchangeLog))
  (dict "name" "SEALANE_POD_NAME" "field" "metadata.name")
  (dict "name" "POD_TEMPLATE_HASH" "field" "metadata.labels['pod-template-hash']")
  (dict "name" "SEALANE_REPLICA_SET" "value" "sealane-router-$(POD_TEMPLATE_HASH)") -}}
{{- with include "sealane.watched" . | fromJsonArray -}}
{{- $set = append $set (dict "name" "SEALANE_NAMESPACES" "value" (join "," .)) -}}
{{- end -}}
{{- with .Values.callers -}}
{{- if .serviceAccounts.enabled -}}
{{- $set = append $set (dict "name" "SEALANE_TOKEN_REVIEW" "value" "true") -}}
{{- $set = append $set (dict "name" "SEALANE_TOKEN_AUDIENCE" "value" .serviceAccounts.audience) -}}
{{- end -}}
{{- if .keys.existingSecret -}}
{{- $set = append $set (dict "name" "SEALANE_KEYS" "value" (printf "/etc/sealane/keys/%s" .keys.key)) -}}
{{- end -}}
{{- if .anonymous -}}
{{- $set = append $set (dict "name" "SEALANE_ANONYMOUS" "value" "true") -}}
{{- end -}}
{{- end -}}
{{- with .Values.investigator -}}
{{- if .enabled -}}
{{- $set = append $set (dict "name" "SEALANE_INVESTIGATOR_URL" "value" "http://sealane-investigator:8081") -}}
{{- $set = append $set (dict "name" "SEALANE_INVESTIGATOR_TOKEN_FILE" "value" "/etc/sealane/investigator/token") -}}
{{- $set = append $set (dict "name" "SEALANE_EVENT_KEY_FILE" "value" "/etc/sealane/investigator/event-key") -}}
{{- with .model.tenant -}}
{{- $set = append $set (dict "name" "SEALANE_SELF_TENANT" "value" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $set -}}
{{- end }}

{{- define "sealane.operatorSettings" -}}
{{- $of := .Values.operator -}}
{{- $set := list
  (dict "name" "SEALANE_NAMESPACE" "field" "metadata.namespace")
  (dict "name" "SEALANE_IDENTITY" "field" "metadata.name")
  (dict "name" "SEALANE_OPERATOR_LISTEN" "value" (printf "%s:8082" $of.listenHost))
  (dict "name" "SEALANE_LEASE_NAME" "value" $of.lease.name)
  (dict "name" "SEALANE_LEASE_DURATION" "value" $of.lease.duration)
  (dict "name" "SEALANE_LOG_LEVEL" "value" $of.logLevel) -}}
{{- with include "sealane.watched" . | fromJsonArray -}}
{{- $set = append $set (dict "name" "SEALANE_NAMESPACES" "value" (join "," .)) -}}
{{- end -}}
{{- if .Values.routes.namespaces -}}
{{- $set = append $set (dict "name" "SEALANE_GRANTS" "value" "/etc/sealane/grants/namespaces.yaml") -}}
{{- end -}}
{{- toJson $set -}}
{{- end }}

{{- define "sealane.investigatorSettings" -}}
{{- $of := .Values.investigator -}}
{{- $set := list
  (dict "name" "SEALANE_INVESTIGATOR_LISTEN" "value" (printf "%s:8081" $of.listenHost))
  (dict "name" "SEALANE_INVESTIGATOR_TOKENS" "value" "/etc/sealane/tokens/tokens.yaml")
  (dict "name" "SEALANE_EVENT_KEY_FILE" "value" "/etc/sealane/tokens/event-key")
  (dict "name" "SEALANE_IDENTITY" "field" "metadata.name")
  (dict "name" "SEALANE_NAMESPACE" "field" "metadata.namespace")
  (dict "name" "SEALANE_CLUSTER" "value" "true")
  (dict "name" "SEALANE_ROUTERS" "value" "sealane-router-admin:9090")
  (dict "name" "SEALANE_KUBERNETES_EVENTS" "value" (toString $of.kubernetesEvents))
  (dict "name" "SEALANE_ROLLBACKS" "value" (toString $of.rollbacks.enabled))
  (dict "name" "SEALANE_DATABASE" "value" ($of.database.url | default "sqlite:////var/lib/sealane/incidents.db"))
  (dict "name" "SEALANE_LOG_LEVEL" "value" $of.logLevel) -}}
{{- if $of.database.password.existingSecret -}}
{{- $set = append $set (dict "name" "SEALANE_DATABASE_PASSWORD_FILE" "value" "/etc/sealane/database/password") -}}
{{- end -}}
{{- if $of.persistence.enabled -}}
{{- $set = append $set (dict "name" "SEALANE_SPOOL" "value" "/var/lib/sealane/spool") -}}
{{- $set = append $set (dict "name" "SEALANE_SPOOL_LIMIT" "value" $of.persistence.spoolLimit) -}}
{{- end -}}
{{- with include "sealane.watched" . | fromJsonArray -}}
{{- $set = append $set (dict "name" "SEALANE_NAMESPACES" "value" (join "," .)) -}}
{{- end -}}
{{- with $of.model -}}
{{- if .url -}}
{{- $set = append $set (dict "name" "SEALANE_MODEL_URL" "value" .url) -}}
{{- $set = append $set (dict "name" "SEALANE_MODEL" "value" .name) -}}
{{- $set = append $set (dict "name" "SEALANE_MODEL_CALLS_PER_DAY" "value" (toString (int .callsPerDay))) -}}
{{- if .existingSecret -}}
{{- $set = append $set (dict "name" "SEALANE_MODEL_KEY" "value" "/etc/sealane/model/api-key") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $of.notifications -}}
{{- if .webhookUrl -}}
{{- $set = append $set (dict "name" "SEALANE_WEBHOOK_URL" "value" .webhookUrl) -}}
{{- end -}}
{{- if .webhookSecret -}}
{{- $set = append $set (dict "name" "SEALANE_WEBHOOK_SECRET" "value" "/etc/sealane/webhook/hmac-key") -}}
{{- end -}}
{{- if .slackSecret -}}
{{- $set = append $set (dict "name" "SEALANE_SLACK_URL" "value" "/etc/sealane/slack/url") -}}
{{- end -}}
{{- if .publicUrl -}}
{{- $set = append $set (dict "name" "SEALANE_PUBLIC_URL" "value" .publicUrl) -}}
{{- end -}}
{{- end -}}
{{- toJson $set -}}
{{- end }}
