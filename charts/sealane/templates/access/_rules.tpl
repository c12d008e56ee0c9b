{{/*
The Roles and bindings of files/rbac, which is k8s/rbac: {root, folder, namespace, within}. Their rules are taken as they are,
but for the name of the operator's Lease; names of namespaces, labels and annotations are the release's. With `within`, a list of
namespaces, what is a ClusterRole there is a Role in each of them.
*/}}
{{- define "sealane.access" -}}
{{- $at := . -}}
{{- range $path, $_ := .root.Files.Glob (printf "files/rbac/%s/*.yaml" .folder) }}
{{- range splitList "\n---\n" ($at.root.Files.Get $path) }}
{{- $object := fromYaml . }}
{{- if ne $object.kind "ServiceAccount" }}
{{- if and $at.within (hasPrefix "Cluster" $object.kind) }}
{{- range $at.within }}
{{- include "sealane.grant" (dict "root" $at.root "object" $object "kind" (trimPrefix "Cluster" $object.kind) "namespace" .) }}
{{- end }}
{{- else }}
{{- include "sealane.grant" (dict "root" $at.root "object" $object "kind" $object.kind "namespace" $at.namespace) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* One of them: {root, object, kind, namespace}; a Role's binding refers to a Role. */}}
{{- define "sealane.grant" -}}
{{- $root := .root -}}
{{- $object := .object -}}
{{- $cluster := hasPrefix "Cluster" .kind -}}
{{- $about := dict "root" $root "name" $object.metadata.name "labels" $object.metadata.labels "namespaced" (not $cluster) "namespace" .namespace }}
---
apiVersion: {{ $object.apiVersion }}
kind: {{ .kind }}
metadata:
  {{- include "sealane.metadata" $about | nindent 2 }}
{{- if $object.roleRef }}
roleRef:
  {{- if eq .kind $object.kind }}
  {{- toYaml $object.roleRef | nindent 2 }}
  {{- else }}
  {{- toYaml (merge (dict "kind" (trimPrefix "Cluster" $object.roleRef.kind)) $object.roleRef) | nindent 2 }}
  {{- end }}
subjects:
{{- range $object.subjects }}
- {{ toYaml (merge (dict "namespace" $root.Release.Namespace) .) | nindent 2 | trim }}
{{- end }}
{{- else }}
rules:
{{- range $object.rules }}
{{- if and (has "leases" .resources) (has "sealane-operator" (.resourceNames | default list)) }}{{ $_ := set . "resourceNames" (list $root.Values.operator.lease.name) }}{{ end }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- end }}
