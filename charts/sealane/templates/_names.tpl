{{/*
How things are called. Names are fixed: the operator finds routers by the Service sealane-router-admin and gives Secrets to
the ServiceAccount sealane-router, so a namespace holds one release.
*/}}

{{- define "sealane.selector" -}}
app.kubernetes.io/name: sealane
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Labels of an object: {root, component, labels}. */}}
{{- define "sealane.labels" -}}
{{- $own := dict
  "app.kubernetes.io/name" "sealane"
  "app.kubernetes.io/instance" .root.Release.Name
  "app.kubernetes.io/version" .root.Chart.AppVersion
  "app.kubernetes.io/managed-by" .root.Release.Service
  "helm.sh/chart" (printf "%s-%s" .root.Chart.Name (replace "+" "_" .root.Chart.Version)) -}}
{{- with .component }}{{ $_ := set $own "app.kubernetes.io/component" . }}{{ end -}}
{{- toYaml (merge $own (deepCopy (.labels | default dict)) (deepCopy .root.Values.commonLabels)) -}}
{{- end }}

{{/* Labels of a pod, which change only with what runs in it: {root, component, labels}. */}}
{{- define "sealane.podLabels" -}}
{{- $own := include "sealane.selector" . | fromYaml -}}
{{- toYaml (merge $own (deepCopy (.labels | default dict)) (deepCopy .root.Values.commonLabels)) -}}
{{- end }}

{{/* The metadata of an object: {root, name, component, labels, annotations, namespaced (unless false)}. */}}
{{- define "sealane.metadata" -}}
name: {{ .name | quote }}
{{- if not (eq .namespaced false) }}
namespace: {{ .namespace | default .root.Release.Namespace | quote }}
{{- end }}
labels:
  {{- include "sealane.labels" . | nindent 2 }}
{{- with merge (deepCopy (.annotations | default dict)) (deepCopy .root.Values.commonAnnotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The image of a component: {root, image}. */}}
{{- define "sealane.image" -}}
{{- $name := .image.repository -}}
{{- with .root.Values.image.registry }}{{ $name = printf "%s/%s" (trimSuffix "/" .) $name }}{{ end -}}
{{- if .image.digest -}}
{{ $name }}@{{ .image.digest }}
{{- else -}}
{{ $name }}:{{ .image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* Namespaces whose routes are served, as a JSON list; empty for all. */}}
{{- define "sealane.watched" -}}
{{- $names := list -}}
{{- if eq .Values.routes.scope "Namespaces" -}}
{{- $names = list .Release.Namespace -}}
{{- range .Values.routes.namespaces }}{{ $names = append $names .name }}{{ end -}}
{{- end -}}
{{- toJson (uniq $names) -}}
{{- end }}

{{/* Seconds from the deletion of a router's pod to the end of its drain. */}}
{{- define "sealane.drainSeconds" -}}
{{- with .Values.router.drain -}}
{{- add .preStopSeconds .propagationSeconds .deadlineSeconds -}}
{{- end -}}
{{- end }}

{{- define "sealane.hook" -}}
{{- toJson (dict
  "helm.sh/hook" "test"
  "helm.sh/hook-weight" (toString .)
  "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded") -}}
{{- end }}
