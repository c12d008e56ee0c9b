{{/*
What the pods have in common: the restricted Pod Security Standard, the token of their ServiceAccount, and what values say
about where and how they run.
*/}}

{{- define "sealane.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "sealane.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Nothing is mounted by itself: this is the token, where clients look for it, renewed every hour. */}}
{{- define "sealane.tokenVolume" -}}
- name: kubernetes-api
  projected:
    defaultMode: 0440
    sources:
    - serviceAccountToken: {path: token, expirationSeconds: 3600}
    - configMap:
        name: kube-root-ca.crt
        items:
        - {key: ca.crt, path: ca.crt}
    - downwardAPI:
        items:
        - path: namespace
          fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}
{{- end }}

{{- define "sealane.tokenMount" -}}
- {name: kubernetes-api, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
{{- end }}

{{/* Where the pods of a component run: {root, component}. */}}
{{- define "sealane.placement" -}}
{{- $of := index .root.Values .component -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if not (kindIs "invalid" .root.Values.hostUsers) }}
hostUsers: {{ .root.Values.hostUsers }}
{{- end }}
{{- with $of.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $of.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $of.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $of.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if kindIs "invalid" $of.topologySpreadConstraints }}
topologySpreadConstraints:
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- topologyKey: {{ . }}
  maxSkew: 1
  whenUnsatisfiable: ScheduleAnyway
  matchLabelKeys: [pod-template-hash]
  labelSelector:
    matchLabels:
      {{- include "sealane.selector" $ | nindent 6 }}
{{- end }}
{{- else if $of.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml $of.topologySpreadConstraints | nindent 2 }}
{{- end }}
{{- end }}

{{/* A PodDisruptionBudget's two fields, of which one is set: {minAvailable, maxUnavailable}. */}}
{{- define "sealane.disruption" -}}
{{- if kindIs "invalid" .minAvailable -}}
maxUnavailable: {{ .maxUnavailable | default 1 }}
{{- else -}}
minAvailable: {{ .minAvailable }}
{{- end }}
{{- end }}

{{/* Variables of a component by name, in the order of the list: each is {name, value} or {name, field}. */}}
{{- define "sealane.env" -}}
{{- range . }}
- name: {{ .name }}
  {{- if .field }}
  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: {{ .field | quote }}}}
  {{- else }}
  value: {{ .value | quote }}
  {{- end }}
{{- end }}
{{- end }}
