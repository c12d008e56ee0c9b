-- The health of a ProviderRoute as Argo CD shows it. A rollback is Degraded: the revision before it serves, and Git says
-- something that does not. Only what was said of the newest spec counts. Teach it to Argo CD with
--   kubectl -n argocd create configmap health --from-file=resource.customizations.health.sealane.dev_ProviderRoute=k8s/argocd/health.lua \
--     --dry-run=client -o json | kubectl -n argocd patch configmap argocd-cm --patch-file /dev/stdin
local function condition(of, kind)
  for _, each in ipairs(of) do
    if each.type == kind then
      return each
    end
  end
  return nil
end

local function told(status, each)
  local message = each.message or ""
  if each.reason ~= nil and each.reason ~= "" then
    message = each.reason .. ": " .. message
  end
  return { status = status, message = message }
end

local status = obj.status
if status == nil or status.conditions == nil then
  return { status = "Progressing", message = "The operator has not looked at it yet." }
end
if status.observedGeneration ~= nil and obj.metadata.generation ~= nil
    and status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "The operator has not looked at the newest spec yet." }
end

local suspended = condition(status.conditions, "Suspended")
if suspended ~= nil and suspended.status == "True" then
  return told("Suspended", suspended)
end
for _, kind in ipairs({ "Stalled", "RolledBack" }) do
  local each = condition(status.conditions, kind)
  if each ~= nil and each.status == "True" then
    return told("Degraded", each)
  end
end
for _, kind in ipairs({ "Accepted", "ResolvedRefs" }) do
  local each = condition(status.conditions, kind)
  if each ~= nil and each.status == "False" then
    return told("Degraded", each)
  end
end
local progressing = condition(status.conditions, "Progressing")
if progressing ~= nil and progressing.reason == "Paused" then
  return told("Suspended", progressing)
end
if progressing ~= nil and progressing.status ~= "False" then
  return told("Progressing", progressing)
end
local ready = condition(status.conditions, "Ready")
if ready == nil then
  return { status = "Progressing", message = "The operator has not said yet whether it serves." }
end
if ready.status == "True" then
  return told("Healthy", ready)
end
-- A new route is on its way; Degraded would end the sync that brought it.
if ready.status == "Unknown" or ready.reason == "Pending" or ready.reason == "NotProgrammed" then
  return told("Progressing", ready)
end
return told("Degraded", ready)
