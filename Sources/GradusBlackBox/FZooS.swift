// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Federated descent without gradients: every client follows a surrogate of its own answers, corrected by what all share.
///
///     client i:   ∇μᵢ of a Gaussian process over its last answers;   wᵢ = Σ αₙψ(xₙ) with features ψ from a common seed
///     step:       y ← y − η (∇μᵢ(y) + γ [∇ψ(y)ᵀw̄ − ∇ψ(y)ᵀwᵢ]),   then fᵢ is asked at y and where it is least certain nearby
///     server:     x ← mean of the yᵢ after T steps,   w̄ ← mean of the wᵢ
///
/// Clients send M + n numbers a round and no answers. γ = 0 leaves out the correction for clients that drift apart. The first
/// local step is `step` of the box long, which sets η; no step is longer. Coordinates are relative to the box. Answers that are
/// no finite numbers are left out.
///
/// **Needs** values of each client. **Keeps** the last answers of each client; n³/3 operations a step for n of them.
/// **Guarantee** none at a finite budget; the gradient error falls with the answers along the trajectory.
/// **Reference** Y. Shu, X. Lin, Z. Dai, B. K. H. Low, *Federated zeroth-order optimization using trajectory-informed
/// surrogate gradients*, arXiv:2308.04077 (2023).
public struct FZooS: Catalogued, ParallelMethod {
  /// M.
  public var features = 1000
  /// ℓ, relative to the box.
  public var length = 0.4
  /// σ², relative to the variance of the answers.
  public var noise = 1e-5
  /// T.
  public var localSteps = 5
  /// Uncertain points asked about beside each y.
  public var active = 5
  /// How far they lie from y, relative to the box.
  public var radius = 0.02
  /// Answers of a client that its surrogate sees.
  public var window = 150
  /// Length of the first local step, relative to the box.
  public var step = 0.05
  /// γ.
  public var correction = 1.0

  public init() {}

  public static let card = Card(
    "fzoos", "federated descent along surrogates of each client's answers", guarantee: "none at a finite budget",
    reference: "Shu, Lin, Dai & Low 2023", trials: [])

  public static let settings: [Setting<Self>] = [
    Setting("features", \.features, in: 1...1e6, "M, random features that clients share"),
    Setting("length", \.length, in: 1e-6...1e3, "length of the kernel relative to the box"),
    Setting("noise", \.noise, in: 1e-12...1, "variance of noise relative to that of the answers"),
    Setting("local-steps", \.localSteps, in: 1...1e4, "T, steps of a client between two rounds"),
    Setting("active", \.active, in: 0...1e4, "uncertain points asked about at each step"),
    Setting("radius", \.radius, in: 1e-12...10, "distance of those points relative to the box"),
    Setting("window", \.window, in: 1...1e4, "answers of a client that its surrogate sees"),
    Setting("step", \.step, in: 1e-12...10, "length of the first step relative to the box"),
    Setting("correction", \.correction, in: 0...10, "γ, weight of what all clients share; 0 for none"),
  ]

  /// What one client knows.
  struct Client: Sendable, Codable {
    var random: RandomStream
    /// In unit coordinates.
    var y: [Double]
    var points: [[Double]] = []
    var values: [Double] = []
    /// wᵢ of the beginning of the round; empty before it has answers.
    var sent: [Double] = []
  }

  /// One question of the present step.
  struct Request: Sendable, Codable {
    var client: Int
    var u: [Double]
    var point: Vector
    var isWaiting = false
  }

  /// The server's point, the clients, and the step being answered.
  public struct State: Sendable, Codable {
    let box: UnitBox
    let shared: FourierFeatures
    var x: [Double]
    var mean: [Double] = []
    var clients: [Client]
    var requests: [Request] = []
    var asked = 0
    var told = 0
    /// Local steps of this round that are done.
    var stepsDone = 0
    /// η; nil before the first step.
    var rate: Double?
    /// Rounds that are over.
    public internal(set) var rounds = 0
    var claim: Claim?
  }

  /// Begins at the start, or in the middle of the box, with a few points around it for each client.
  public func start(_ problem: FederatedProblem, random: RandomStream) -> State {
    let boxed = BoxConstrained(problem.domain, start: problem.start)
    let box = UnitBox(boxed)
    let x = box.coordinates(of: Incumbent(boxed).point).elements
    let shared = FourierFeatures(
      count: features, dimension: box.dimension, length: length, random: random.child("shared features"))
    var s = State(
      box: box, shared: shared, x: x,
      clients: (0..<problem.clients).map { Client(random: random.child("client", $0), y: x) })
    if box.dimension == 0 { s.claim = .exhausted }
    query(&s)
    return s
  }

  /// The next question of this step; nil while its last answers are awaited.
  public func ask(_ s: inout State) -> EvaluateClient<Vector>? {
    guard s.claim == nil, s.asked < s.requests.count else { return nil }
    s.requests[s.asked].isWaiting = true
    s.asked += 1
    return EvaluateClient(client: s.requests[s.asked - 1].client, point: s.requests[s.asked - 1].point)
  }

  /// Takes one answer in; the last one of a step moves all clients.
  public func tell(_ s: inout State, _ answer: consuming Double, to question: consuming EvaluateClient<Vector>) {
    let (client, point) = (question.client, question.point)
    guard s.claim == nil,
      let i = s.requests.firstIndex(where: { $0.isWaiting && $0.client == client && $0.point == point })
    else { return }
    s.requests[i].isWaiting = false
    s.told += 1
    if answer.isFinite { learn(&s.clients[client], s.requests[i].u, answer) }
    guard s.told == s.requests.count else { return }
    if s.rounds == 0, s.stepsDone == 0 || s.mean.isEmpty { share(&s) }
    if s.stepsDone == localSteps { merge(&s) }
    advance(&s)
    query(&s)
  }

  /// The server's point; nobody knows the mean of the functions there.
  public func report(_ s: State) -> Report<Vector> { Report(point: s.box.point(at: s.x), claim: s.claim) }

  private func learn(_ client: inout Client, _ u: [Double], _ value: Double) {
    client.points.append(u)
    client.values.append(value)
    let excess = client.values.count - window
    guard excess > 0 else { return }
    client.points.removeFirst(excess)
    client.values.removeFirst(excess)
  }

  private func surrogate(_ client: Client) -> TrajectorySurrogate? {
    TrajectorySurrogate(client.points, client.values, length: length, noise: noise)
  }

  /// The points y, and around each those of some random ones where the surrogate knows least.
  private func query(_ s: inout State) {
    s.requests = []
    (s.asked, s.told) = (0, 0)
    for i in s.clients.indices {
      let model = surrogate(s.clients[i])
      let y = s.clients[i].y
      var candidates: [(u: [Double], doubt: Double)] = []
      for _ in 0..<(model == nil ? 1 : 4) * active {
        let u = nearby(y, s.box, &s.clients[i].random)
        candidates.append((u, model?.variance(at: u) ?? 0))
      }
      let order = candidates.indices.sorted {
        candidates[$0].doubt == candidates[$1].doubt ? $0 < $1 : candidates[$0].doubt > candidates[$1].doubt
      }
      for u in [y] + order.prefix(active).map({ candidates[$0].u }) {
        s.requests.append(Request(client: i, u: u, point: s.box.point(at: u)))
      }
    }
  }

  private func nearby(_ y: [Double], _ box: UnitBox, _ random: inout RandomStream) -> [Double] {
    let draw = y.map { _ in random.normal() }
    let norm = max(draw.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-300)
    return y.indices.map { min(max(y[$0] + radius * draw[$0] / norm, box.lower[$0]), box.upper[$0]) }
  }

  /// One local step of every client.
  private func advance(_ s: inout State) {
    let gradients = s.clients.map { client -> [Double] in
      guard var gradient = surrogate(client)?.gradient(at: client.y) else { return client.y.map { _ in 0 } }
      if correction > 0, !s.mean.isEmpty, !client.sent.isEmpty {
        let gap = s.shared.gradient(at: client.y, zip(s.mean, client.sent).map { $0 - $1 })
        for j in gradient.indices { gradient[j] += correction * gap[j] }
      }
      return gradient
    }
    let norms = gradients.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    if s.rate == nil {
      let mean = norms.reduce(0, +) / Double(norms.count)
      if mean > 0, mean.isFinite { s.rate = step / mean }
    }
    let rate = s.rate ?? 0
    for i in s.clients.indices {
      let length = rate * norms[i]
      let factor = length > step ? rate * step / length : rate
      guard factor.isFinite, length.isFinite else { continue }
      for j in gradients[i].indices {
        let moved = s.clients[i].y[j] - factor * gradients[i][j]
        s.clients[i].y[j] = min(max(moved, s.box.lower[j]), s.box.upper[j])
      }
    }
    s.stepsDone += 1
  }

  /// The round is over: the points are averaged and sent back, and so are the features.
  private func merge(_ s: inout State) {
    let count = Double(s.clients.count)
    s.x = s.x.indices.map { j in s.clients.reduce(0) { $0 + $1.y[j] } / count }
    for i in s.clients.indices { s.clients[i].y = s.x }
    s.stepsDone = 0
    s.rounds += 1
    share(&s)
  }

  private func share(_ s: inout State) {
    for i in s.clients.indices {
      guard let model = surrogate(s.clients[i]) else { continue }
      s.clients[i].sent = s.shared.combination(of: s.clients[i].points, model.coefficients)
    }
    let sent = s.clients.map(\.sent).filter { !$0.isEmpty }
    s.mean = sent.isEmpty ? [] : (0..<features).map { m in sent.reduce(0) { $0 + $1[m] } / Double(sent.count) }
  }
}
