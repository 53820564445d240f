// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusNative
import GradusStudy
import Synchronization

/// Studies and runs as pages for people and as an interface for programs, whatever carries the requests.
///
///     GET  /  /studies/NAME  /studies/NAME/trials/K  /runs/NAME        pages
///     GET  /api/studies  /api/studies/NAME  …/trials  …/trials/K  …/best  …/importance     JSON, as `gradus study` prints it
///     POST /api/studies/NAME/ask                                       a trial, lent for a time
///     POST /api/studies/NAME/trials/K/tell  …/report  …/beat           what became of it
///     GET  /api/runs                                                   names and states
///     POST /api/runs   /api/runs/NAME                                  lines of `gradus ask-tell`
///     GET  /events?of=ADDRESS                                          server-sent events: something there has changed
///
/// Every request needs the token. Texts of studies are text, whatever they hold; names never become parts of paths, except those of
/// runs, which have letters, digits and `._-`.
public final class Dashboard: Sendable {
  /// What is shown, and to whom.
  public struct Settings: Sendable {
    /// Storages of studies, as URLs.
    public var storages: [String]
    /// A folder of runs; nil: there is none, and runs over HTTP last as long as the process.
    public var runs: String?
    /// The secret that requests must have.
    public var token: String

    public init(storages: [String], runs: String?, token: String) {
      self.storages = storages
      self.runs = runs
      self.token = token
    }
  }

  let shelf: StudyShelf
  let runs: RunShelf
  let counter: TrialCounter
  private let token: AccessToken
  private let secret: String
  private let executor = BlockingExecutor(threadLimit: 16)
  private let importances = Mutex<[String: (complete: Int, html: String)]>([:])

  /// Opens nothing yet: storages may come later.
  public init(_ settings: Settings) {
    shelf = StudyShelf(views: settings.storages.map { StorageView($0) })
    runs = RunShelf(folder: settings.runs)
    secret = settings.token
    token = AccessToken(settings.token)
    counter = TrialCounter(host: ProcessIdentity.host)
  }

  /// What is wrong with a request as far as its head tells; nil where it may be served. To be asked before its body is read.
  public func refusal(of request: DashboardRequest) -> DashboardReply? {
    guard request.target.utf8.count <= 8192, request.path != nil else {
      return failed(DashboardError(400, "badRequest", "the address is malformed, or longer than 8192 bytes"), request)
    }
    guard ["GET", "HEAD", "POST"].contains(request.method) else {
      return failed(DashboardError(405, "method", "\(request.method) is not served; use GET or POST"), request)
    }
    if Self.isOpen(request) || token.isBorne(by: request) { return nil }
    // A cookie comes with whatever page somebody is led to; it opens pages, and changes nothing.
    if request.method != "POST", token.isKept(by: request) { return nil }
    if request.method == "GET", let given = request.query["token"], token.matches(given) { return nil }
    return failed(
      DashboardError(
        401, "token",
        "this needs the token that 'gradus serve' has printed: send 'Authorization: Bearer TOKEN', or open its address"),
      request)
  }

  /// What everybody may see: how to sign in, and what pages look like.
  private static func isOpen(_ request: DashboardRequest) -> Bool {
    guard let path = request.path else { return false }
    return path == ["sign-in"] || (path.count == 1 && Assets.all[path[0]] != nil)
  }

  /// Serves a request.
  public func reply(to request: DashboardRequest) async -> DashboardReply {
    if let refusal = refusal(of: request) { return refusal }
    return await executor.run { self.serve(request) }
  }

  /// A text that changes when what an address shows does; nil where that cannot be told now. A run or a trial on its way changes
  /// every few seconds as well, for its clock.
  public func revision(of topic: String) async -> String? {
    await executor.run { (try? Self.revision(topic, self.shelf, self.runs)).map(Self.digest) }
  }

  /// Sixteen hexadecimal digits of a text (FNV-1a): names may hold what would end an event.
  private static func digest(_ text: String) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return String(value, radix: 16)
  }

  /// Looks after trials that are lent; to be called every second.
  public func tend() async {
    await executor.run {
      // A storage that is away for a while is tended later.
      try? self.counter.tend()
    }
  }

  /// Puts back what is lent.
  public func close() async {
    await executor.run { try? self.counter.close() }
  }

  // MARK: Routes

  private func serve(_ request: DashboardRequest) -> DashboardReply {
    do {
      let path = request.path ?? []
      if path.first == "api" { return try api(Array(path.dropFirst()), request) }
      if request.method == "POST", path != ["sign-in"] {
        throw DashboardError(405, "method", "pages are read with GET; the interface for programs is below /api")
      }
      return try page(path, request)
    } catch { return failed(DashboardError(error), request) }
  }

  /// An error as JSON for programs, as a page for people.
  private func failed(_ error: DashboardError, _ request: DashboardRequest) -> DashboardReply {
    let isPage = request.path?.first.map { $0 != "api" && $0 != "events" } ?? true
    guard isPage, request.method != "POST" else { return .json(error.json, status: error.status) }
    if error.status == 401 { return .html(SignIn.html(remark: nil), status: 401) }
    var page = SitePage(title: error.status == 404 ? "Not here" : "This did not work", address: "/")
    page.parts.append(.init(id: "error", heading: "", content: SitePage.failure(error.message)))
    return .html(page.plain, status: error.status)
  }

  private func page(_ path: [String], _ request: DashboardRequest) throws -> DashboardReply {
    if path.count == 1, let asset = Assets.all[path[0]] {
      return DashboardReply(200, type: asset.type, Array(asset.text.utf8))
    }
    if path == ["sign-in"] { return signIn(request) }
    // The token in an address is put away at once: addresses are kept and sent around.
    if request.query["token"] != nil {
      // One slash: two of them would lead to another server.
      let here = request.target.prefix { $0 != "?" }.drop { $0 == "/" }
      return .elsewhere("/\(here)", [AccessToken.kept(secret)])
    }
    let query = request.query
    switch (path.first, path.count) {
    case (nil, _): return .html(OverviewSite(shelf: shelf, runs: runs).page().html)
    case ("parts", 2):
      return try part(OverviewSite(shelf: shelf, runs: runs).part(path[1]))
    case ("events", 1): return .events(of: query["of"] ?? "/")
    case ("studies", 2...): return try study(Array(path.dropFirst()), query)
    case ("runs", 2): return .html(RunSite(name: path[1], run: try runs.run(path[1])).page().html)
    case ("runs", 4) where path[2] == "parts":
      return try part(RunSite(name: path[1], run: try runs.run(path[1])).part)
    default: throw DashboardError.unknown("there is no such page; all studies and runs are at /")
    }
  }

  private func study(_ path: [String], _ query: [String: String]) throws -> DashboardReply {
    let found = try shelf.find(path[0], storage: query["storage"])
    let site = StudySite(
      study: found.study, address: "/studies/\(PercentText.encoded(path[0]))", query: query, now: .now)
    switch (path.count, path.dropFirst().first) {
    case (1, _): return .html(site.page().html)
    case (3, "parts"):
      return try part(path[2] == "importance" ? importance(site, found) : site.part(path[2]))
    case (3..., "trials"):
      guard let number = Int(path[2]), found.study.trials.indices.contains(number) else {
        throw DashboardError.unknown("the study has no trial '\(path[2])'")
      }
      if path.count == 3 { return .html(site.trial(number).html) }
      if path.count == 5, path[3] == "parts" { return try part(site.trialPart(number)) }
      throw DashboardError.unknown("there is no such page; all studies and runs are at /")
    default: throw DashboardError.unknown("there is no such page; all studies and runs are at /")
    }
  }

  /// The one picture that costs more than drawing is kept until a tenth more trials are complete.
  private func importance(_ site: StudySite, _ found: StudyShelf.Found) -> String? {
    let key = "\(found.storage) \(found.study.id) \(site.objective)"
    let complete = found.study.trials.count { $0.state == .complete }
    if let known = importances.withLock({ $0[key] }), complete >= known.complete,
      complete < known.complete + max(1, known.complete / 10)
    {
      return known.html
    }
    guard let html = site.part("importance") else { return nil }
    importances.withLock { $0[key] = (complete, html) }
    return html
  }

  private func part(_ html: String?) throws -> DashboardReply {
    guard let html else { throw DashboardError.unknown("the page has no such part") }
    return .html(html)
  }

  private func signIn(_ request: DashboardRequest) -> DashboardReply {
    guard request.method == "POST" else { return .html(SignIn.html(remark: nil)) }
    let form = DashboardRequest.form(String(decoding: request.body.prefix(4096), as: UTF8.self))
    guard let given = form["token"], token.matches(given) else {
      return .html(SignIn.html(remark: "That is not the token."), status: 401)
    }
    return .elsewhere("/", [AccessToken.kept(secret)])
  }

  private static func revision(_ topic: String, _ shelf: StudyShelf, _ runs: RunShelf) throws -> String {
    let request = DashboardRequest(method: "GET", target: topic)
    guard let path = request.path else { return "" }
    // Clocks on pages go on while something runs.
    let tick = "\(Int(MonotonicTime.now / 5))"
    switch path.first {
    case "studies" where path.count >= 2:
      let found = try shelf.find(path[1], storage: request.query["storage"])
      let isRunning = found.study.unfinished.contains { found.study.trials[$0].state == .running }
      return "\(found.revision)\(isRunning ? " \(tick)" : "")"
    case "runs" where path.count >= 2:
      let entry = try runs.names().first { $0.name == path[1] }
      if case .record(let record) = try runs.run(path[1]), record.isRunning {
        return "\(entry?.revision ?? "") \(tick)"
      }
      return entry?.revision ?? ""
    default:
      let studies = shelf.views.map { view in (try? view.replica().count).map { "\($0)" } ?? "gone" }
      let names = (try? runs.names().map { "\($0.name) \($0.revision)" }) ?? []
      return (studies + names).joined(separator: ",")
    }
  }
}
