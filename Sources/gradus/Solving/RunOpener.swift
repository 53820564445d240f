// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Puts a method to work on a subject: forms, oracles and start, brought together.
struct RunOpener {
  let subject: Subject
  let request: SolveRequest
  let entry: MethodEntry
  let settings: [(name: String, value: String)]
  var helper: ProcessOracle?
  let relay: Relay

  func open(_ checkpoint: Checkpoint?) throws -> any ErasedRun {
    switch subject.content {
    case .named(let problem): return try entry.open(named(problem, checkpoint))
    case .fit(let fit):
      return try entry.open(
        RunRequest(
          problems: subject.forms, oracles: [fit], settings: settings, seed: request.seed, resuming: checkpoint))
    case .training(let training, _): return try entry.open(fitted(training, checkpoint))
    case .program(let program): return try formulas(program, checkpoint)
    case .form(let form):
      return entry.card.name == HighsSolver.card.name
        ? try outside(form, checkpoint) : try inside(form, checkpoint)
    }
  }

  /// A method of our own that asks the formulas, or reads them.
  private func formulas(_ subject: SolvableProgram, _ checkpoint: Checkpoint?) throws -> any ErasedRun {
    var subject = subject
    if let start = try start(subject.program.linear.columnNames) { subject = subject.moved(to: start) }
    return try subject.open(
      entry, settings: echoed + settings, seed: request.seed, resuming: checkpoint, interruption: request.interruption)
  }

  /// HiGHS in a process of its own.
  private func outside(_ form: StandardForm, _ checkpoint: Checkpoint?) throws -> any ErasedRun {
    let problem = try MixedIntegerProgram(form)
    let oracle = helper ?? ProcessOracle(relay: relay, interruption: request.interruption)
    try oracle.send(form)
    if let checkpoint {
      return try Run<HighsSolver>(resuming: checkpoint, of: problem, asking: oracle, judgedBy: oracle)
    }
    var method = try HighsSolver(settings: echoed + settings)
    // Only integer programs gain from a point; a basis that a point suggests is none.
    if form.isDiscrete { method.start = request.point ?? subject.start }
    if let path = request.start { try StartFile.apply(path, to: &method, of: form) }
    return try Run(problem, by: method, asking: oracle, seed: request.seed, judgedBy: oracle)
  }

  /// A method of our own that reads the program.
  private func inside(_ form: StandardForm, _ checkpoint: Checkpoint?) throws -> any ErasedRun {
    if request.start != nil {
      throw Failure(.usage, "\(entry.card.name) takes no start; leave out '--start' or choose another method")
    }
    do {
      return try entry.open(
        RunRequest(
          problems: subject.forms, oracles: [()], settings: echoed + settings, seed: request.seed,
          resuming: checkpoint))
    } catch let error as Unsuitable where request.method == nil {
      throw MethodChoice.refusal(subject, because: error)
    }
  }

  /// Common options that the method has as settings of its own.
  private var echoed: [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    func set(_ name: String, _ value: @autoclosure () -> String) {
      if entry.settings.contains(where: { $0.name == name }) { pairs.append((name, value())) }
    }
    set("threads", "\(request.threads)")
    set("seed", "\(request.seed)")
    if let limit = request.timeLimit { set("time", "\(max(0, limit - request.elapsed))") }
    return pairs
  }

  private func start(_ names: NameTable) throws -> Vector? {
    try request.start.map { try StartFile.point($0, names: names) } ?? request.point
  }

  private func named(_ problem: NamedProblem, _ checkpoint: Checkpoint?) throws -> RunRequest {
    var forms = problem.forms
    if let start = try start(subject.columnNames) { forms = forms.map { Self.moved($0, to: start) } }
    var oracles: [any Sendable] = [problem.oracle]
    if request.finiteDerivatives, let values = problem.oracle as? any ZerothOrderOracle<Vector> {
      // The differences come first: whoever asks for them does not want the exact derivatives.
      oracles.insert(FiniteDifferences(values, domain: nil), at: 0)
    }
    return RunRequest(
      problems: forms, oracles: oracles, judge: problem.oracle, settings: settings, seed: request.seed,
      resuming: checkpoint)
  }

  private func fitted(_ training: TrainingProblem, _ checkpoint: Checkpoint?) throws -> RunRequest {
    var forms = subject.forms
    if let path = request.start {
      let start = try StartFile.point(path, names: subject.columnNames)
      forms = forms.map { Self.moved($0, to: start) }
    }
    return RunRequest(
      problems: forms, oracles: [RegularizedRisk(training)], settings: settings, seed: request.seed,
      resuming: checkpoint)
  }

  /// The same problem with another start; classes without a start stay as they are.
  private static func moved(_ form: any Sendable, to start: Vector) -> any Sendable {
    switch form {
    case var form as Unconstrained:
      form.start = start
      return form
    case var form as FiniteSum:
      form.start = start
      return form
    case var form as LeastSquares:
      form.start = start
      return form
    case var form as BoxConstrained:
      form.start = form.domain.projection(of: start)
      return form
    case var form as NonlinearProgram:
      form.start = form.domain.projection(of: start)
      return form
    case let form as LinearSystem:
      return (try? LinearSystem(form.matrix, equals: form.rightHandSide, start: start)) ?? form
    default: return form
    }
  }
}
