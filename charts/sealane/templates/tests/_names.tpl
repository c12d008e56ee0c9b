{{- define "sealane.testMetadata" -}}
{{- include "sealane.metadata" (dict "root" .root "name" "sealane-helm-test" "component" "test" "annotations" (include "sealane.hook" .weight | fromJson)) -}}
{{- end }}
