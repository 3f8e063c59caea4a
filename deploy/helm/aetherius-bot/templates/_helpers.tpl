{{- define "aetherius-bot.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end -}}
{{- define "aetherius-bot.labels" -}}
app.kubernetes.io/name: aetherius-bot
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}
{{- /* Rules of a role. One for named objects is left out where there is no name: to Kubernetes an empty list means all. */ -}}
{{- define "aetherius-bot.rules" -}}
{{- $names := .names | default dict -}}
{{- range $rule := .rules }}
{{- $named := list }}
{{- if $rule.named }}{{ $named = get $names $rule.named | default list }}{{ end }}
{{- if or (not $rule.named) $named }}
- {{ omit $rule "named" | toYaml | nindent 2 | trim }}
{{- if $rule.named }}
  resourceNames: {{- toYaml $named | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
{{- /* Names of workloads, Services, ConfigMaps and Secrets by kind, as a map of CEL. */ -}}
{{- define "aetherius-bot.named" -}}
{{- $names := . -}}
{{- $kinds := list -}}
{{- range $kind := list "deployments" "statefulsets" "daemonsets" "services" "configmaps" "secrets" -}}
{{- $kinds = append $kinds (printf "%s: %s" ($kind | toJson) (get $names $kind | default list | toJson)) -}}
{{- end -}}
{{ "{" }}{{ join ", " $kinds }}{{ "}" }}
{{- end -}}
{{- /* The configuration as text: a file that was given, or the value. */ -}}
{{- define "aetherius-bot.config" -}}
{{- .Values.configFile | default (toYaml .Values.config) -}}
{{- end -}}
{{- /* Where a Pod may run, and with which login its image is pulled. */ -}}
{{- define "aetherius-bot.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
{{- /* With a digest the tag names nothing. */ -}}
{{- define "aetherius-bot.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}
