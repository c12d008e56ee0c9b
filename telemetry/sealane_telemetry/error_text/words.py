"""The words of error templates: what providers, SDKs, proxies, networks and Kubernetes word their errors with.

A word that is not here is somebody's text until something else shows otherwise. Names of people and places, and what
only prompts talk about, never belong here.
"""

WORDS = frozenset(
    """
    a able abnormal abort aborted aborting about above abuse abusive acceleration accept acceptable accepted
    accepting accepts access accessed accessible accessing accidental according account accounts accumulate acquire
    acquiring across act action actions activate activated active actively activities activity actual adapters
    adaptive add added adding addition additional additionally address addresses adjust admin administrator
    admission advise affect affinity afford after again against age agent agents agreement ai ain aiohttp aiplatform
    aiservices alert algo aliases all allocate allocated allocation allof allow allowance allowed allows alpha
    already also alternate alternates alternative although altnames always am amazon among amount an and anonymous
    another anthropic anti any anyio anyof api apikey apis app appeal appear appears application applied apply
    appreciate appropriate approved apps are area aren argo argument arguments ark arn around array arrays arrearage
    arrears as ascii ask assert assertion asset assign assistant assistants associated async asyncio asyncpg at
    attach attached attachment attachvolume attempt attempted attempting attempts attention attribute audience audio
    auth authenticate authenticated authenticatetoken authenticating authentication authority authorization
    authorize authorized authz auto automatic automatically availability available average avoid await awaiting
    awaits aware away aws azure back backend backends background backing backoff bad balance balancer bandwidth
    banned base based basic basis batch be bearer because bedrock bedrockruntime been before begin beginning begins
    behalf behavior behaviour being believe below benefits benefitted beta between beyond big bigmodel bill billing
    binding blank block blocked blocks body boolean both botocore bound boundary broken broker browser bucket budget
    budgets buffer bufio bug build building bulk bundle burst busy but by byok byte bytes ca cache cached calculated
    call callback called caller callers calling calls can cancel canceled canceling cancellation cancelled candidate
    cannot cap capabilities capability capacity card carefully carry case cases category caught cause caused causes
    center central cerebras cert certain certifi certificate certificates certification cfg chain chance change
    changed changes channel channels char character characters charge charged chat chatcompletion chatcompletions
    chatgpt check checked checks chinese choice choices choose chosen chunk chunked chunks circuit claim claims
    class claude cleanly clear cli click client clients cline clock close closed closing cloud cloudflare cluster
    code codes codex coding collection column com combination come comes command common communicating communication
    community compatible complete completed completion completions compliance compliant comply component compress
    compressed compute computed concurrency concurrent condition conditions conf config configmap configmaps
    configuration configure configured confirm conflict conflicting conflicts conn connect connected connecting
    connection connections
    connectionterminated connector connecttimeout consecutive consider considered console
    constant constraint constraints consult consumed consumer contact contacting contain container containerd
    containers contains content contentblock contents context continue continued contract control controller
    conversation convert cookie cookies cooldown cooperation copilot copy cordoned core correct correctly correspond
    corresponding cost could couldn count countries country cpu crash crashed crashing crashloop crashloopbackoff
    create createcontainerconfigerror createcontainererror created creating creation credential credentials credit
    credits critical crossed cst ctx cuda curl current currently cursor custom customer cybersecurity cycle daemon
    daily damaged dashboard dashscope data database dataset date day days db deactivated dead deadline
    deadlineexceeded deadlock debug decode decoded decoder decoding decommissioned decrease decryption dedicated
    deepseek default defaults define defined definition degraded delay delayed delete deleted delimiter delta demand
    demanding denied deny department dependency depleted deploy deployed deploying deployment deployments deprecated
    deprecation depth desc describe described deserialization deserialize design desired destination detail details
    detect detected determine dev developer developers development device dial dict did didn differ different digits
    dimension dimensions direct directly directory disable disabled disabling disallowed discarding disconnect
    disconnected discuss disk distributor dns do docker docs document documentation documents does doesn domain
    domains don done doubao double down download downloaded downloading draft draw drop dropped due dunning
    duplicate duplicated duplicatepreparedstatement duration during each eai earlier early econnrefused econnreset
    edge edit editor edits efficiently effort either elapsed element elements eligible else email embed embedding
    embeddings emfile emit empty enable enabled enables enclosed encode encoded encoding encounter encountered end
    ended ending endpoint endpoints ends enetunreach enfile enforce enforced engine enginecore english enotfound
    enough ensure enter entered enterprise entire entities entity entries entry entrypoint enum environment envoy
    eof ephemeral equal err errimageneverpull errimagepull errno error errored errorfactory errors especially
    establish established etc etimedout eval even event events every evict evicted eviction exact exactly example
    exceed exceedance exceeded exceededbudget exceeding exceeds except exception exceptionally exceptions excessive
    exclude exclusive exec executable execute executed executing execution exhausted exist existent existing exists
    exit exited exp expect expected expecting expects experience experiencing experimental expiration expire expired
    expires expiry explicit explicitly exponentially export exporter express expression extended extension external
    extra extract extracted extraneous factor fail failed failedmount failing fails failure failures fair fallback
    fallbacks false family far fast fastapi fatal fault feature features feedback feel fetch fetching few fewer
    field fields file filename files fill filter filtered filtering filters final finally find fine finish finished
    finishreason firewall first fix fixed flag flagged float flow follow followed following follows for forbidden
    force forced forcibly forget forgot form format formats formatted found fragment frame free frequency frequent
    frequently from full fully function functioncall functions funds further future fwlink gaierror gateway gcloud
    gemini genai general generate generatecontent generatecontentrequest generated generates generating generation
    generative generativelanguage generic geographic get getaddrinfo getting gib github given gives glm global gmt
    go goaway going gone good google googleapis got governor gpt gpu graceful gradually grant granted granularity
    great greater groq group groups grpc guard guardrail guardrails guide guidelines guides had half handle handled
    handler handshake hang happen happened happening happens hard has hash hasn have haven having hba head header
    headers health healthy heavily heavy help helpful here hexadecimal hidden high higher highest hint history hit
    hold host hosted hostname hosts hour hourly hours how however html http httpconnectionpool
    httprequestentitytoolarge https httpsconnectionpool httpx huggingface human hung iam iat id ide idempotency
    identifier identity idle ids idx if ignore ignored illegal image imagepullbackoff images immediate immediately
    implement implementation implemented import improvements in inaccessible inactive inappropriate incident include
    included includes including inclusive incoming incompatible incomplete incompleteread inconsistent incorrect
    incorrectly increase increased increasing index indicate indicates indirect individual infer inference info
    inform information infrastructure ingress initial initialize initialized inner input inputs insert inside
    inspection instance instances instead instruct instruction instructions insufficient integer integers
    integration intended interface interleave intermediate internal internalerror internally internalservererror
    internet interrupted interruption interval into invalid invalidargument invalidchunklength invalidimagename
    invalidparameter invalidschema invite invocation invoices invoke invoked invokemodel invoking ip ipm is isn
    issue issued issuer issues it item items its itself java javascript job json just jwt keep keepalive key keyfile
    keys keyword killed killing kilo kimi kind kindly know known kubelet kubernetes label lack lacks langchain
    language large larger largest last latency later latest layer layout lead leaked learn least leave left legacy
    length less let level lib library license life lift lifted like likely limit limitation limited limiter limiting
    limits line lines linetoolong link linked linkid list listed listen listening listmodels lists litellm literal
    little live liveness ll llama llm lms load loaded loading local locale localhost locally locals locate location
    locked log logged logic login logprobs logs long longer look looking lookup loop lost low lower lowercase mac
    machine made mail main maintenance make making malformed manage managed management manager mandatory manifest
    manually many map mapped mapping mark marked marketplace mask mass match matched matches matching max
    maxclientsinsessionmode maximum maxoutputtokens may maybe mb mean means meant media member members membership
    memory mentioned merge message messages met metadata method methods metric metrics mfa mib middle middleware
    migrate migrated migration milliseconds mime mimetype min minimax minimum minute minutes mirror misbehaving
    misconfigured mismatch missing missingschema mistral mixed modalities modality mode model models moderation
    moderations modified modify modifying module moment monitor monitoring month monthly moonshot more most mount
    mounted mountvolume move moved msg much multi multimodal multiple must mutually name named names nameserver
    namespace native navigate near necessary need needed needs negative negotiated nested nesting net network
    neurons never new newer newly next nginx no noauth node nodename nodes non nonce none nor normal normally not
    note notfound nothing notice notification now null nullable num number numbers numeric nvidia oauth object
    objects observed obtain obtained occur occured occurred occurs oci of off offer official offline often ok okay
    old older ollama omit omitted on once oncomplete one oneof ones online onlookup only oom oomkilled open openai
    opencode opened opening openrouter openssl operation operational operations operator option optional options or
    order ordinal org organisation organization organizations origin original oserror other others otherwise our out
    outage outbound outdated outer output outputs outside outstanding over overage overall overdue overflow
    overflows overload overloaded override own owned owner ownership pack package packet page pages paid pair
    parallel param parameter parameters params parent parse parsed parser parsing part partial parties partition
    parts party pass passed passing password past path paths pattern patterns paused pay payable payer paying
    payload payment pdf peak peer penalty pending per perform performed perhaps period permanent permanently
    permission permissions permitted persist persistent persistently persistentvolume persistentvolumeclaim
    persistentvolumeclaims persists personal pg pgbouncer phase pick pin ping pipe pixels pkix place plan plans
    platform platforms please plugin pod pods podsecurity podtoleratesnodetaints podunschedulable point policies
    policy poll pong pool pooled pooler pooltimeout port ports position positive possible possibly post postgres
    potential potentially preceeding precondition predicates preempt preempted preempting preemption prefer
    preference prefill prefix prefixes premature prematurely premium prepared prepay prepayment presence
    presencepenalty present presented preserve prevent previous previously price pricing primary principal printed
    prior priority priorityclass private privilege privileges pro probably probe probes problem problems proceed
    process processed processes processing produced producing product production profile profiles program programs
    progress prohibited project projects prompt prompts propagate properly properties property protect protected
    protocol provide provided provider providers provides provision provisioned provisioning proxy psycopg public
    publisher pull pulled pulling purchase purchased purpose purposes push put pvc pydantic python queries query
    queue queued queuepool quick quickly quota quotas quotes qwen raise raised range rate rates rather raw rbac re
    reach reached reaches reaching read readable reader readerror readiness reading reads readtimeout ready real
    realtime reason reasonable reasoner reasoning reasoningeffort reasons rebuild receive received receiver
    receiving recent recently recharge recharging recognised recognized recommend recommendation recommended
    reconnect reconnecting record recover recovered recv redacted redirect redirects redis reduce reduced reducing
    ref refer reference referenced references reformat refresh refreshed refund refuse refused regain regenerate
    regex regexp region regional regions register registered registry reject rejected related relation release
    released relevant relies reload remain remaining remote remotedisconnected remove removed rename renew renewal
    renewed renewing repeat repeated repeatedly rephrasing replace replaced replica replicas replication reply
    report reported repository represent req request requested requester requestid requesting requests require
    required requirement requirements requires requiring reserve reserved reset resets resetting resize resolution
    resolve resolved resolving resource resourceexhausted resources resp respect respective respond responded
    responding responds response responses responsible rest restart restarted restarting restarts restore restrict
    restricted restriction restrictions resubmit result resulted resulting results resume retried retries retrieve
    retrieving retry retryable retrying return returned returning returns reuse reused review reviewed revise
    revoked right risk role roles roll roo root rotate round route routed router routes routing row rpc rpd rpm rst
    rule rules run runasnonroot runc runcontainererror runner running runs runtime rust safe safety safetyratings
    sales same sample sandbox sans satisfiable satisfy save say scale schedule scheduled scheduler scheduling schema
    scheme scope scopes scraping screen script sdk search seat second seconds secret secrets section secure security
    see seeing seem seems seen segment select selected selection selector self semaphore send sender sending sends
    sensitive sent separate separator seq sequence serialization serializer series serve served server
    serverdisconnectederror serverless servers service serviceaccount services serving servname session sessions set
    setlimitexceeded sets setting settings setup several severe shape shared shift shim short shorten shorter
    shortly should shouldn show shown shut shutdown shutting side sign signal signature signed significant
    significantly signing siliconflow similar simple simply simultaneous simultaneously since single site size sized
    sizes skew sleep slot slots slow slowdown slower small smaller smoothly sni so socket sockets soft software some
    something soon sorry source space span spec specific specified specify speech speed spelling spend spending
    spent spike spikes split spread sqlalchemy sse ssl sslv sso stability stable stack stacktrace stage stale
    standard standing starcoder starlette start started starting starts startup state stated statement statements
    static status statuscode statuses stay step steps still stop stopped stopping storage storageclass store stored
    stream streamed streaming streamreset strict string strings strip strong structure structured style subject
    submit submitted subscribe subscribed subscriber subscription subscriptions subset succeed success successful
    successfully successive such sufficient suggest suggested suitable summaries superset superuser supplied support
    supported supports sure suspended suspicious svc switch switched switching syn sync syntax syscall system
    systems table taint taints take taken takes target targets task tasks tcp team tells temperature template
    temporarily temporary tenacity tenant term terminate terminated terminating termination terms territories
    territory test testing text than thank thanks that the their them then there therefore these they thing think
    thinking third this those though thought thread threads three threshold threw throttle throttled throttling
    throttlingexception through throughput throw thrown thus tier tiers time timed timeframe timeout timeouts
    timestamp timestamps timing title tls tlsv tlswrap to today together token tokenization tokenizer tokens
    tokenstatusexhausted tolerate tolerated too took tool toolconfig toolresult tools tooluse toomanyrequests top
    topology total tpd tpm trace traceback track traffic trailing train training transaction transcriptions transfer
    transferred transform transformers transient transition transmitted transport trial tried tries trigger
    triggered triggering trouble true truncate truncated trust trusted try trying ttl tuning tunnel tunneling turn
    turns two type types typically typos unable unauthenticated unauthorised unauthorized unavailability unavailable
    unbound uncacheable uncaught unclosed undefined under undergoing underlying underscore unexpected unexpectedly
    unhandled unhealthy unicode union unique unit units unix unknown unless unlimited unlock unpack unpaid
    unparsable unprocessable unreachable unrecognised unrecognized unregistered unsafe unschedulable unserializable
    unset unspecified unsuccessful unsupported unsupportedprotocol unterminated until untolerated untrusted unusual
    up update updated updates updating upgrade upgraded upgrading upload uploaded uploading upper uppercase upstream
    upstreams uri url urllib urls us usage use used user userbyday
    userbyminute userbymodelbyday userbymodelbydaytokens userbymodelbyminute userbymodelbyminutetokens
    userconcurrentrequests username users uses using usr usual usually utc utf util
    utilization utils uvicorn valid validate validated validating validation validator value values variable
    variables variant variants variations ve vendor verification verificationtokentable verified verify verifying
    version versions vertex vertexai very via victim video view violate violated violates violating violation
    violations virtual visibility visible vision visit visiting vllm voice volume volumes vpn wait waited waiting
    want warehouse warm warning was wasn watch way we web webhook website websocket websockets week weekly weeks
    weight welcome well were weren what when where whereas whether which while whitelist whitespace who whole whose
    why wide will window wish with within without won word words work worker workers working workload workspace
    world would wouldn write writing wrong wrongpass wss xai xml yaml yet you your yours yourself zai zero zhipu
    zone
    """.split()  # noqa: SIM905
)
