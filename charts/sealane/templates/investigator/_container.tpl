{{/* What the container that migrates and the one that serves have in common. */}}
{{- define "sealane.investigatorContainer" -}}
{{- $of := .Values.investigator -}}
image: {{ include "sealane.image" (dict "root" . "image" $of.image) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{ include "sealane.containerSecurity" . }}
env:
  {{- include "sealane.env" (include "sealane.investigatorSettings" . | fromJsonArray) | trim | nindent 2 }}
  {{- with $of.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $of.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml $of.resources | nindent 2 }}
volumeMounts:
{{ include "sealane.tokenMount" . }}
- {name: data, mountPath: /var/lib/sealane}
- {name: tmp, mountPath: /tmp}
- {name: tokens, mountPath: /etc/sealane/tokens, readOnly: true}
{{- range include "sealane.investigatorSecrets" . | fromJsonArray }}
- {name: {{ .name }}, mountPath: /etc/sealane/{{ .name }}, readOnly: true}
{{- end }}
{{- with $of.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Secrets that are mounted when they are named, as a JSON list of {name, secret, key, path, value}, the value that names it. */}}
{{- define "sealane.investigatorSecrets" -}}
{{- $found := list -}}
{{- with .Values.investigator -}}
{{- with .database.password }}{{ if .existingSecret }}{{ $found = append $found (dict "name" "database" "value" "investigator.database.password.existingSecret" "secret" .existingSecret "key" .key "path" "password") }}{{ end }}{{ end -}}
{{- with .model }}{{ if and .url .existingSecret }}{{ $found = append $found (dict "name" "model" "value" "investigator.model.existingSecret" "secret" .existingSecret "key" "api-key" "path" "api-key") }}{{ end }}{{ end -}}
{{- with .notifications -}}
{{- if .webhookSecret }}{{ $found = append $found (dict "name" "webhook" "value" "investigator.notifications.webhookSecret" "secret" .webhookSecret "key" "hmac-key" "path" "hmac-key") }}{{ end -}}
{{- if .slackSecret }}{{ $found = append $found (dict "name" "slack" "value" "investigator.notifications.slackSecret" "secret" .slackSecret "key" "url" "path" "url") }}{{ end -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end }}

{{- define "sealane.investigatorVolumes" -}}
{{- $of := .Values.investigator -}}
{{ include "sealane.tokenVolume" . }}
- name: data
  {{- if $of.persistence.enabled }}
  persistentVolumeClaim: {claimName: {{ $of.persistence.existingClaim | default "sealane-investigator" | quote }}}
  {{- else }}
  emptyDir: {sizeLimit: 64Mi}
  {{- end }}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
- name: tokens
  secret:
    secretName: {{ $of.tokens.existingSecret | quote }}
    defaultMode: 0440
    items:
    - {key: {{ $of.tokens.key | quote }}, path: tokens.yaml}
    - {key: {{ $of.tokens.eventKey | quote }}, path: event-key}
{{- range include "sealane.investigatorSecrets" . | fromJsonArray }}
- name: {{ .name }}
  secret:
    secretName: {{ .secret | quote }}
    defaultMode: 0440
    items:
    - {key: {{ .key | quote }}, path: {{ .path }}}
{{- end }}
{{- with $of.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
