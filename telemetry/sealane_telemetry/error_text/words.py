"""The words of error templates: what providers, SDKs, proxies, networks and Kubernetes word their errors with.

A word that is not here is somebody's text until something else shows otherwise. Names of people and places, and what
only prompts talk about, never belong here.
"""

WORDS = frozenset(
    """
    a able abort aborted aborting about above abuse accept acceptable accepted access accessed accessible accessing
    accidental according account accounts acquire across act action actions activate activated active actual add
    added adding addition additional additionally address addresses adjust admin administrator affinity after again
    against age agent agents agreement ain aiohttp aliases all allocate allocated allocation allow allowed allows
    alpha already also alternative although always am among amount an and another anthropic any api apis app appear
    appears application applied apply appreciate appropriate are area aren argument arguments around array arrays
    arrearage as ascii ask asset assistant assistants associated asyncio asyncpg at attach attached attachment
    attempt attempted attempts attribute audio auth authenticate authenticated authenticating authentication
    authorization authorized auto automatically availability available average avoid await aware azure back backend
    backends backing backoff bad balance bandwidth base base64 based basic batch be bearer because bedrock been
    before begin beginning behalf behavior behaviour being believe below benefits benefitted beta between beyond
    bill billing binding blank block blocked blocks body boolean both botocore bound boundary broken broker bucket
    budget budgets buffer bug build bulk burst busy but by byte bytes cache cached call called calling calls can
    cancel canceled cancelled cannot cap capabilities capability capacity card case cases category caught cause
    caused causes central cerebras certain certificate certificates chain chance change changed changes channel
    channels char character characters charge chat check checked checks chinese choice choices choose chosen chunk
    chunked chunks circuit claim claims class claude clear cli click client clients clock close closed closing cloud
    cloudflare cluster code codes coding collection column combination come command common communicating
    communication community compatible complete completed completion completions compliance compliant comply
    component compressed computed concurrency concurrent condition conditions config configmap configuration
    configure configured confirm conflict conflicting conflicts connect connected connecting connection connections
    consecutive consider considered console constant constraint consumed contact contacting contain container
    containers contains content contents context continue continued contract control controller conversation convert
    cooldown cooperation copilot copy cordoned core correct correctly correspond corresponding cost could couldn
    count countries country cpu crash crashed crashing crashloop crashloopbackoff create created creating creation
    credential credentials credit credits cst current currently cursor custom customer cycle daily damaged dashscope
    data database dataset date day days deactivated dead deadline deadlock debug decode decoded decoding
    decommissioned deepseek default defaults defined definition degraded delay delayed delete deleted delta demand
    demanding denied deny department dependency deploy deployed deploying deployment deployments deprecated
    deprecation depth describe described deserialization deserialize design desired destination detail details
    detect detected determine dev developer developers development device dial dict did didn differ different digits
    dimension dimensions direct directly directory disable disabled disallowed disconnect disconnected disk dns do
    docker document documentation documents does doesn domain domains don done down download downloaded downloading
    due dunning duplicate duplicated duration during each early edge edit editor effort either elapsed element
    elements else email embed embedding embeddings empty enable enabled enables encode encoded encoding encounter
    encountered end ended ending endpoint endpoints ends enforce enforced engine english enough ensure enter entered
    enterprise entire entities entity entries entry enum environment envoy eof equal errimagepull error errors
    especially establish established etc eval even event events every evict evicted eviction exact exactly example
    exceed exceedance exceeded exceeding exceeds except exception exceptionally exceptions excessive exclude
    exclusive executable execute executed executing execution exhausted exist existing exists exit exited expect
    expected expecting experience experiencing experimental expiration expire expired expires explicit explicitly
    export exporter express expression extended extension external extra extract extracted factor fail failed
    failing fails failure failures fair fallback fallbacks false family far fast fatal fault feature features
    feedback fetch fetching few field fields file filename files fill filter filtered filtering filters final
    finally find finish finished first fix fixed flag flagged float flow followed following follows for forbidden
    force forced forget forgot form format formats formatted found fragment frame free frequency frequent frequently
    from full fully function functions further future gateway gemini general generate generated generates
    generating generation generative generic get getting given gives glm global gmt go google got gpu graceful grant
    granted granularity great greater groq group groups guard guardrail guardrails guide guidelines had half handle
    handled handler handshake happen happened happening happens hard has hash hasn have haven having head header
    headers health healthy heavily heavy help helpful here hexadecimal hidden high higher highest hint history hit
    hold host hosted hostname hosts hour hourly hours how however html http https httpx human id identifier identity
    idle ids if ignore ignored illegal image imagepullbackoff images immediate immediately implement implementation
    implemented import in inactive inappropriate include included includes including incoming incompatible
    incomplete inconsistent incorrect incorrectly increase increased index indicate indicates indirect individual
    infer inference info inform information infrastructure ingress initial initialize initialized inner input inputs
    insert inside inspection instance instances instead instruct instructions insufficient integer integers
    integration intended interface intermediate internal internally interrupted interruption interval into invalid
    invite invocation invoke invoked invoking ip ipm is isn issue issued issuer issues it item items its itself java
    job json just keep keepalive key keyfile keys keyword killed killing kimi kind kindly known kubelet kubernetes
    label lack lacks langchain language large larger largest last latency later latest layer layout lead least leave
    left legacy length less let level library license lifted like likely limit limitation limited limiter limiting
    limits line lines link linked list listed listen listening lists litellm literal little live liveness ll load
    loaded loading local locale locally locals location locked log logged login logs long longer look looking lookup
    loop lost low lower lowercase machine made mail main maintenance make making malformed manage managed management
    manager mandatory manifest many map mapped mapping mark marked mask mass match matched matches matching max
    maximum may maybe mean means media member members membership memory mentioned merge message messages met
    metadata method methods metric metrics mfa middle migrate migrated migration mime min minimax minimum minute
    minutes mirror misconfigured mismatch missing mistral mixed modalities modality mode model models modified
    modify module moment monitor monitoring month monthly moonshot more most mount mounted move moved much multi
    multimodal multiple must mutually name named names namespace native near necessary need needed needs negative
    negotiated nested network never new newer next nginx no node nodes non nonce none normal not note nothing notice
    notification now null nullable number numbers numeric object objects observed obtain obtained occur occurred
    occurs of off offer official offline often okay old older ollama omit omitted on once one ones online only oom
    open openai opened openrouter operation operational operations operator option optional options or order ordinal
    organisation organization organizations origin original other others otherwise our out outage outbound outdated
    outer output outputs outside over overage overall overdue overload overloaded override own owned owner ownership
    pack package packet page paid pair parallel parameter parameters params parent parse parsed parser parsing part
    partial parties partition parts party pass passed password past path paths pattern patterns pay payable payer
    paying payload payment pdf peak peer penalty pending per perform performed period permanent permanently
    permission permissions permitted persist persistent persistentvolumeclaim persistentvolumeclaims persists phase
    pick pin ping pipe place plan plans platform platforms please plugin pod pods point policies policy poll pool
    pooled pooler port position positive possible possibly post postgres potential potentially preempt preempted
    preempting preemption prefer prefill prefix prefixes prepared prepay presence present presented preserve prevent
    previous previously price pricing primary printed prior priority private privilege privileges pro probably probe
    probes problem problems proceed process processed processes processing product production profile profiles
    program programs progress prohibited project projects prompt prompts propagate properly properties property
    protect protected protocol provide provided provider providers provides provision provisioned proxy public pull
    pulled pulling purchase purchased purpose purposes push put pvc python queries query queue queued quick quickly
    quota quotas qwen raise raised range rate rates rather raw re reach reached reaches reaching read readable
    reader readiness reading reads ready real reason reasonable reasoning rebuild receive received receiver
    receiving recent recently recharge recharging recognised recognized recommend recommended reconnect reconnecting
    record recover recovered redirect redirects redis reduce reduced reducing refer reference referenced refresh
    refreshed refund refuse refused regenerate regex regexp region regional regions register registered registry
    reject rejected related relation release released relevant reload remain remaining remote remove removed rename
    renew renewal renewed renewing repeat repeated repeatedly replace replaced replica replicas reply report
    reported repository represent request requested requester requestid requesting requests require required
    requirement requirements requires reserve reserved reset resets resetting resize resolution resolve resolved
    resolving resource resources respect respective respond responded responding responds response responses
    responsible rest restart restarted restarting restarts restore restrict restricted restriction restrictions
    result results resume retried retries retrieve retry retryable retrying return returned returning returns reuse
    reused review reviewed revise revoked right risk role roles roll root rotate round route routed router routes
    routing row rpd rpm rst rule rules run running runs runtime rust safe safety sales same sample save say scale
    schedule scheduled scheduler scheduling schema scheme scope scopes screen script search second seconds secret
    secrets section secure security see seem seems seen segment select selected selector self send sender sending
    sends sensitive sent separate sequence serialization serializer series serve served server serverless servers
    service serviceaccount services serving session sessions set sets setting settings several severe shape shared
    short shorten should shouldn show shown shut shutdown shutting side sign signal signature signed significant
    significantly siliconflow similar simple simply simultaneous simultaneously since single site size sized sizes
    skew sleep slot slots slow slower small smaller so socket sockets soft software some something soon sorry source
    space span specific specified specify speed spend spending spent spike spikes split sqlalchemy ssl sso stable
    stage stale standard start started starting starts startup state stated statement static status statuses stay
    step steps still stop stopped stopping storage storageclass store stored stream streamed streaming strict string
    strings strip strong structure structured style subject submit submitted subscribe subscribed subscriber
    subscription subscriptions subset success successful successfully such sufficient suggest suggested suitable
    superset support supported supports sure suspended suspicious switch switching syn sync syntax system systems
    table taint taints take taken takes target targets task tasks team tells temperature template temporarily
    temporary tenant term terminate terminated termination terms test testing text than thank thanks that the their
    them then there therefore these they thing think thinking third this those though thread threads three threshold
    threw throttle throttled throttling throttlingexception through throughput throw thrown thus tier tiers time
    timed timeout timeouts timestamp timestamps title tls to today together token tokenizer tokens tolerate
    tolerated too took tool tools top total tpd tpm track traffic train training transaction transfer transferred
    transient transition transport tried tries trigger triggered triggering trouble true truncate truncated trust
    trusted trying ttl tunnel turn turns two type types typically unable unauthenticated unauthorised unauthorized
    unavailability unavailable unbound uncacheable uncaught unclosed undefined under undergoing underlying
    unexpected unexpectedly unhandled unhealthy unicode union unique unit units unix unknown unless unlimited unlock
    unpack unpaid unparsable unprocessable unreachable unrecognised unrecognized unsafe unschedulable unserializable
    unset unspecified unsuccessful unsupported until untolerated untrusted unusual up update updated updates
    updating upgrade upgraded upgrading upload uploaded uploading upper uppercase upstream upstreams uri url urllib
    urls us usage use used user username users uses using usual usually utc utf utilization valid validate validated
    validating validation validator value values variable variant variants ve vendor verification verified verify
    verifying version versions vertex very via video view violate violated violates violation violations virtual
    visible vision visit vllm voice volume volumes vpn wait waited waiting want warehouse warm warning was wasn
    watch way we web website websocket websockets week weekly weeks weight welcome well were weren what when where
    whether which while whitelist who whole whose why wide will window with within without won word words work
    worker workers working workload workspace world would wouldn write writing wrong xai xml yaml yet you your yours
    yourself zero zhipu zone
    """.split()  # noqa: SIM905
)
