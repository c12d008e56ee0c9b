{{/* Whether a text is an address or a block of addresses: "4" or "6", or nothing. Patterns of a schema could not say it in words. */}}

{{- define "sealane.isAddress" -}}
{{- $octet := "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])" -}}
{{- if regexMatch (printf "^%s([.]%s){3}$" $octet $octet) . -}}
4
{{- else if regexMatch "^[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){2,7}$" . -}}
{{- $gaps := len (splitList "::" .) -}}
{{- $whole := and (eq $gaps 1) (eq (len (splitList ":" .)) 8) -}}
{{- if and (or (eq $gaps 2) $whole) (not (regexMatch ":::|^:[^:]|[^:]:$" .)) -}}
6
{{- end -}}
{{- end -}}
{{- end }}

{{- define "sealane.isNetwork" -}}
{{- $parts := splitList "/" . -}}
{{- $kind := include "sealane.isAddress" (first $parts) -}}
{{- if and $kind (eq (len $parts) 2) (regexMatch "^(0|[1-9][0-9]{0,2})$" (last $parts)) (le (last $parts | int) (ternary 32 128 (eq $kind "4"))) -}}
{{ $kind }}
{{- end -}}
{{- end }}
