// SPDX-License-Identifier: Apache-2.0
import Gradus

/// What is to be solved: a problem file or a named problem, in the terms that methods, judges and results need.
struct Subject: Sendable {
  /// As the user wrote it.
  var argument: String
  var content: Content
  var summary: ResultDocument.ProblemSummary
  var columnNames: NameTable
  var rowNames: NameTable
  /// What the reader has to say about choices it made.
  var notes: [String] = []
  /// A start that came with coefficients.
  var start: Vector?
  /// Whether formulas are simplified before they are evaluated, where that pays.
  private var simplifies = true

  enum Content: Sendable {
    case form(StandardForm)
    case program(SolvableProgram)
    case named(NamedProblem)
    case fit(CoolingFit)
    case training(TrainingProblem, of: DataTable)
  }

  static let namedPrefix = "problem:"

  /// Reads `problem:NAME[,key=value…]` or a file; `task` is what data are for, where the targets do not say it.
  static func load(_ argument: String, task: TrainingTask? = nil, simplifies: Bool = true) throws -> Subject {
    if let format = DataFile.Format(path: argument), !argument.hasPrefix(namedPrefix) {
      return try training(argument, format, task)
    }
    if task != nil { throw Failure(.usage, "--task goes with data (.svm, .csv), not with \(argument)") }
    if argument.hasPrefix(namedPrefix) {
      do {
        let problem = try ProblemLibrary.problem(named: String(argument.dropFirst(namedPrefix.count)))
        // A named program is solved like the same program from a file.
        guard let program = problem.forms.lazy.compactMap({ $0 as? any FormBacked }).first else {
          return named(problem, argument)
        }
        var subject = Subject(form: program.form, notes: [], argument: argument)
        subject.summary.name = problem.name
        subject.simplifies = simplifies
        return subject
      } catch { throw Failure(.usage, error.description) }
    }
    return Subject(try ModelFile.contents(path: argument), argument, simplifies)
  }

  /// Linear, integer and convex quadratic programs as coefficients, everything else as formulas.
  init(_ contents: ModelContents, _ argument: String, _ simplifies: Bool = true) {
    let form = try? contents.standardForm()
    switch (contents.problem, form.map(Self.staysCoefficients) ?? false, try? contents.program()) {
    case (_, false, let program?):
      self.init(program: program, notes: contents.notes, argument: argument, simplifies: simplifies)
    case (.form(let stated), _, _):
      self.init(form: form ?? stated, notes: contents.notes, argument: argument)
    case (.program(let stated), _, _):
      self.init(form: form ?? stated.linear, notes: contents.notes, argument: argument)
      if stated.hasStart { start = stated.start }
    }
    self.simplifies = simplifies
  }

  private static func staysCoefficients(_ form: StandardForm) -> Bool {
    switch form.kindName {
    case "LP", "MIP": true
    case "QP": Convexity(of: form) != .nonconvex
    default: false
    }
  }

  /// The same problem as formulas where only those suit a method that somebody named.
  func restated(for entry: MethodEntry) -> Subject {
    guard case .form(let form) = content, !forms.contains(where: { entry.takes($0) }),
      let program = try? FormulaProgram(form)
    else { return self }
    var other = Subject(program: program, notes: notes, argument: argument, simplifies: simplifies)
    // It is the same problem: whoever checks the answer reads it as coefficients.
    other.summary = summary
    return other.fits(entry) ? other : self
  }

  init(form: StandardForm, notes: [String], argument: String) {
    self.argument = argument
    content = .form(form)
    summary = .init()
    summary.name = ["", "unknown"].contains(form.name) ? Self.baseName(argument) : form.name
    summary.kind = form.kindName
    summary.sense = form.sense
    summary.variables = form.variableCount
    summary.integerVariables = form.integerCount
    summary.constraints = form.constraintCount
    summary.nonzeros = form.matrix.entryCount
    summary.fingerprint = String(form.fingerprint, radix: 16)
    columnNames = form.columnNames
    rowNames = form.rowNames
    self.notes = notes
  }

  init(
    program: FormulaProgram, notes: [String], argument: String, simplifies: Bool = true
  ) {
    let linear = program.linear
    let solvable = SolvableProgram(program, simplifies: simplifies)
    self.init(argument: argument, content: .program(solvable))
    // Writers of .nl call a nameless problem "unknown".
    summary.name = ["", "unknown"].contains(program.name) ? Self.baseName(argument) : program.name
    summary.kind = solvable.structure.kindName
    summary.sense = linear.sense
    summary.variables = program.variableCount
    summary.integerVariables = linear.integerCount
    summary.constraints = program.constraintCount
    summary.nonzeros = program.jacobianEntryCount
    summary.fingerprint = String(program.fingerprint, radix: 16)
    columnNames = linear.columnNames
    rowNames = linear.rowNames
    self.notes = notes
  }

  init(_ fit: CoolingFit, _ argument: String) {
    self.init(argument: argument, content: .fit(fit))
    summary.name = Self.baseName(argument)
    summary.kind = "LeastSquares"
    summary.variables = CoolingFit.names.count
    summary.fingerprint = String(fit.problem.fingerprint, radix: 16)
    columnNames = CoolingFit.names
  }

  private static func training(
    _ path: String, _ format: DataFile.Format, _ task: TrainingTask?
  ) throws -> Subject {
    let table = try DataFile.read(path: path)
    let training: TrainingProblem
    do {
      training = try TrainingProblem(table, task: task ?? TrainingTask(suggestedBy: table.targets, in: format))
    } catch { throw Failure(.unreadable, "\(path): \(error)") }
    var subject = Subject(argument: path, content: .training(training, of: table))
    subject.summary.name = baseName(path)
    subject.summary.kind = "Training"
    subject.summary.variables = training.dimension
    subject.summary.fingerprint = String(training.fingerprint, radix: 16)
    subject.columnNames = training.weightNames
    let what = task == nil ? "; '--task' chooses another" : ""
    subject.notes = ["\(path) is read as \(training.task.phrase) from \(training.rowCount) observations\(what)"]
    return subject
  }

  private static func named(_ problem: NamedProblem, _ argument: String) -> Subject {
    var subject = Subject(argument: argument, content: .named(problem))
    subject.summary.name = problem.name
    subject.summary.kind = problem.forms.first.map { "\(type(of: $0))" } ?? ""
    subject.summary.variables = problem.dimension
    if let first = problem.forms.first as? any Fingerprinted {
      subject.summary.fingerprint = String(first.fingerprint, radix: 16)
    }
    subject.columnNames = .numbered("x", count: problem.dimension)
    return subject
  }

  private init(argument: String, content: Content) {
    self.argument = argument
    self.content = content
    summary = .init()
    columnNames = []
    rowNames = []
  }

  /// The file's name without folders and extensions.
  static func baseName(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.split(separator: ".").first.map(String.init) ?? name
  }

  /// The problem in every class it can be stated in, the most general ones last.
  ///
  /// Making them costs a fingerprint each, so it is done once a solve and only where it is needed.
  var forms: [any Sendable] {
    switch content {
    case .named(let problem): return problem.forms
    case .fit(let fit): return [fit.problem]
    case .training(let training, _): return [training.problem, training.problem.whole]
    case .program(let program): return program.forms
    case .form(let form):
      let classes: [(any Sendable)?] = [
        try? LinearProgram(form), try? QuadraticProgram(form), try? MixedIntegerProgram(form),
      ]
      return classes.compactMap { $0 }
    }
  }

  /// True for programs, which methods read whole; others are asked about point by point.
  var isFile: Bool {
    switch content {
    case .form, .program: true
    case .named, .fit, .training: false
    }
  }

  /// True when the method takes the problem and the problem can answer the method's questions.
  func fits(_ entry: MethodEntry) -> Bool {
    switch content {
    case .form: return forms.contains { entry.takes($0) }
    case .program(let program):
      return (try? program.open(entry)) != nil
    case .fit(let fit):
      return (try? entry.open(RunRequest(problems: forms, oracles: [fit]))) != nil
    case .training(let training, _):
      return (try? entry.open(RunRequest(problems: forms, oracles: [RegularizedRisk(training)]))) != nil
    case .named(let problem):
      return (try? entry.open(RunRequest(problems: problem.forms, oracles: [problem.oracle]))) != nil
    }
  }
}

extension Subject {
  /// False when the method takes the class of the problem, and refuses this member of it.
  func isSolvable(by entry: MethodEntry) -> Bool {
    guard case .form = content, summary.kind == "QP" else { return true }
    return (try? entry.open(RunRequest(problems: forms, oracles: [()]))) != nil
  }
}
