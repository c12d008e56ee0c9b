{{/*
The Roles and bindings of files/rbac, which is k8s/rbac: {root, folder, namespace}. Their rules are taken as they are, but for
the name of the Lease; names of namespaces, labels and annotations are the release's.
*/}}
{{- define "sealane.access" -}}
{{- $root := .root -}}
{{- $at := . -}}
{{- range $path, $_ := $root.Files.Glob (printf "files/rbac/%s/*.yaml" .folder) }}
{{- range splitList "\n---\n" ($root.Files.Get $path) }}
{{- $object := fromYaml . }}
{{- if ne $object.kind "ServiceAccount" }}
{{- $about := dict "root" $root "name" $object.metadata.name "labels" $object.metadata.labels "namespaced" (not (hasPrefix "Cluster" $object.kind)) "namespace" $at.namespace }}
---
apiVersion: {{ $object.apiVersion }}
kind: {{ $object.kind }}
metadata:
  {{- include "sealane.metadata" $about | nindent 2 }}
{{- if $object.roleRef }}
roleRef:
  {{- toYaml $object.roleRef | nindent 2 }}
subjects:
{{- range $object.subjects }}
- {{ toYaml (merge (dict "namespace" $root.Release.Namespace) .) | nindent 2 | trim }}
{{- end }}
{{- else }}
rules:
{{- range $object.rules }}
{{- if and (has "leases" .resources) .resourceNames }}{{ $_ := set . "resourceNames" (list $root.Values.operator.lease.name) }}{{ end }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
