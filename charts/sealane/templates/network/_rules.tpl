{{/* Egress rules that more than one component has. */}}

{{- define "sealane.toDns" -}}
{{- with .Values.networkPolicy.dns -}}
- to:
  {{- if .namespaceLabels }}
  - namespaceSelector:
      matchLabels:
        {{- toYaml .namespaceLabels | nindent 8 }}
    {{- with .podLabels }}
    podSelector:
      matchLabels:
        {{- toYaml . | nindent 8 }}
    {{- end }}
  {{- end }}
  {{- range .cidrs }}
  - ipBlock: {cidr: {{ . | quote }}}
  {{- end }}
  ports:
  {{- range .ports }}
  - {port: {{ . }}, protocol: UDP}
  - {port: {{ . }}, protocol: TCP}
  {{- end }}
{{- end }}
{{- end }}

{{- define "sealane.toApiServer" -}}
{{- with .Values.networkPolicy.apiServer -}}
- to:
  - ipBlock: {cidr: {{ .cidr | quote }}}
  ports:
  {{- range ternary (list 443 6443) (list .port) (kindIs "invalid" .port) }}
  - {port: {{ . }}, protocol: TCP}
  {{- end }}
{{- end }}
{{- end }}

{{/* A peer: the pods of a component, in the release's namespace. */}}
{{- define "sealane.pods" -}}
- podSelector:
    matchLabels:
      {{- include "sealane.selector" . | nindent 6 }}
{{- end }}
