// SPDX-License-Identifier: Apache-2.0
import Gradus

/// What `start` says about a run. `suite` and `problem` are not looked at, and neither is anything unknown.
package struct AskTellDescription {
  var method: String?
  package var space: AskTellSpace
  package var objectives = 1
  package var constraints = 0
  var isNoisy = false
  var budget: Int?
  var seed: UInt64 = 0
  /// How many points the caller would like at a time; nil where nothing was said.
  var batch: Int?
  var start: Vector?
  /// Constraints that need no asking.
  var known: [KnownConstraint] = []
  var settings: [(name: String, value: String)] = []
  /// The tensors that the point consists of; only update rules look at it.
  var layout: Layout?
  /// Cheaper approximations that may be asked for, cheapest first, the full function last.
  package var fidelities: [FidelityLevel] = []
  /// Who decides which evaluations are not worth their end.
  var pruning: TrialPruning? = TrialPruning()
  /// The members above as they came, to be saved with the state.
  var json: JSONValue

  private static let members = [
    "method", "dim", "lower", "upper", "space", "objectives", "constraints", "noisy", "budget", "seed", "batch", "x0",
    "settings", "layout", "fidelities", "pruning", "known",
  ]
  static let largestDimension = 1_000_000
  private static let largestBatch = 65_536

  package init(_ start: JSONValue) throws(AskTellError) {
    guard let given = start.members else { throw AskTellError(.badRequest, "\"start\" must be an object") }
    json = .object(given.filter { Self.members.contains($0.name) })
    func member(_ name: String) -> JSONValue? { start[name].flatMap { $0.isNull ? nil : $0 } }
    func whole(_ name: String, from low: Int) throws(AskTellError) -> Int? {
      guard let found = member(name) else { return nil }
      guard let value = found.whole, value >= low else {
        throw AskTellError(.badRequest, "\"\(name)\" must be a whole number of at least \(low)")
      }
      return value
    }
    method = member("method")?.text
    if let tensors = member("layout") { layout = try Self.layout(tensors) }
    if let descriptions = member("space") {
      guard let list = descriptions.elements else { throw AskTellError(.badRequest, "\"space\" must be an array") }
      do { space = .named(try SearchSpace(json: list)) } catch { throw AskTellError(.badRequest, "\(error)") }
    } else {
      space = .plain(try Self.box(start, dimension: try whole("dim", from: 1), layout))
    }
    objectives = try whole("objectives", from: 1) ?? 1
    constraints = try whole("constraints", from: 0) ?? 0
    isNoisy = member("noisy")?.truth ?? false
    budget = try whole("budget", from: 0)
    seed = UInt64(try whole("seed", from: 0) ?? 0)
    batch = try whole("batch", from: 1)
    guard batch ?? 1 <= Self.largestBatch else {
      throw AskTellError(.badRequest, "\"batch\" must be from 1 to \(Self.largestBatch)")
    }
    if let levels = member("fidelities") { fidelities = try Self.fidelities(levels) }
    if let given = member("pruning") {
      do { pruning = try TrialPruning.reading(given) } catch { throw AskTellError(.badRequest, "\(error)") }
    }
    // Values of several objectives in the middle of an evaluation have no order.
    if objectives > 1 { pruning = nil }
    if let given = member("known") { known = try Self.known(given, over: space) }
    if let x0 = member("x0") { self.start = try space.point(from: x0, "x0") }
    if let point = self.start, known.contains(where: { $0.violation(of: point) > 0 }) {
      throw AskTellError(.badRequest, "\"x0\" breaks a known constraint; choose another, or leave it out")
    }
    if let layout, layout.count != space.dimension {
      throw AskTellError(
        .badRequest,
        "\"layout\" has \(layout.count) numbers and the point has \(space.dimension); correct the shapes or \"x0\"")
    }
    let changes = member("settings") ?? .object([])
    guard let pairs = changes.members else {
      throw AskTellError(.badRequest, "\"settings\" must be an object such as {\"rate\": 0.01}")
    }
    for setting in pairs {
      settings.append((setting.name, setting.value.text ?? setting.value.description))
    }
  }

  private static func box(_ start: JSONValue, dimension: Int?, _ layout: Layout?) throws(AskTellError) -> Box {
    let length = start["lower"]?.elements?.count ?? start["x0"]?.elements?.count
    guard let n = dimension ?? length ?? layout?.count else {
      throw AskTellError(.badRequest, "\"start\" needs \"dim\" or \"space\"")
    }
    guard (1...largestDimension).contains(n) else {
      throw AskTellError(.badRequest, "\"dim\" must be from 1 to \(largestDimension)")
    }
    func side(_ name: String, _ missing: Double) throws(AskTellError) -> Vector {
      guard let found = start[name], !found.isNull else { return Vector(repeating: missing, count: n) }
      guard let elements = found.elements, elements.count == n else {
        throw AskTellError(.badRequest, "\"\(name)\" must be an array of \(n) numbers")
      }
      var numbers: [Double] = []
      for element in elements {
        guard let number = element.isNull ? missing : element.double, !number.isNaN else {
          throw AskTellError(.badRequest, "\"\(name)\" must be an array of \(n) numbers")
        }
        numbers.append(number)
      }
      return Vector(numbers)
    }
    let box = Box(lower: try side("lower", -.infinity), upper: try side("upper", .infinity))
    for i in box.lower.indices {
      guard box.lower[i] <= box.upper[i] else {
        throw AskTellError(.badRequest, "\"lower\" exceeds \"upper\" at coordinate \(i)")
      }
      guard box.lower[i] < .infinity, box.upper[i] > -.infinity else {
        throw AskTellError(.badRequest, "the bounds of coordinate \(i) leave no finite number between them")
      }
    }
    return box
  }

  /// True when there are no bounds.
  var isFree: Bool { space.isFree }

  /// What is known before the first answer.
  var traits: SearchTraits {
    SearchTraits(
      dimension: space.dimension, isBox: space.box != nil, hasOrders: space.searchSpace?.hasOrders ?? false,
      isBounded: space.searchSpace != nil,
      objectives: objectives, constraints: constraints, hasForbidden: !known.isEmpty, isNoisy: isNoisy,
      hasFidelities: fidelities.count > 1,
      budget: budget, parallelism: batch ?? 1)
  }

  /// The problem in the classes that methods for somebody outside take.
  var problems: [any Sendable] {
    var problems: [any Sendable] = []
    // As a box alone nobody would look at the constraints.
    if let box = space.box, known.isEmpty { problems.append(BoxConstrained(box, start: start)) }
    if let parameters = space.searchSpace {
      problems.append(
        SearchProblem(
          parameters, starts: start.map { [$0] } ?? [], objectives: objectives, constraints: constraints,
          known: known, isNoisy: isNoisy, fidelities: fidelities, budget: budget, parallelism: batch ?? 1))
    }
    if isFree { problems.append(Unconstrained(start: start ?? .zeros(space.dimension))) }
    return problems
  }
}
