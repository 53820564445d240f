// SPDX-License-Identifier: Apache-2.0
import Gradus

/// One problem that AMPL hands over: read, solved, answered.
struct AMPLCall {
  let path: String
  private(set) var settings: AMPLSettings
  private let file: NLFile
  private let interruption: Interruption
  private let began = ContinuousClock.now

  /// Reads the problem. A wrong number of the objective is a complaint about the options, not about the file.
  init(path: String, _ settings: AMPLSettings, _ interruption: Interruption) throws {
    self.path = path
    self.settings = settings
    self.interruption = interruption
    let whole = try NLFile.read(path: path)
    if let number = settings.objective, number > whole.objectiveCount {
      self.settings.complaints.append("option objno: the problem has \(whole.objectiveCount) objectives, not \(number)")
      file = whole
    } else {
      file =
        settings.objective.map { $0 == 1 } ?? true ? whole : try NLFile.read(path: path, objective: settings.objective)
    }
  }

  /// Never throws: what goes wrong becomes a solve code of 500 or more.
  func solution() async -> NLSolution {
    if !settings.complaints.isEmpty { return failed(503, settings.complaints.joined(separator: "\n")) }
    do {
      if let path = settings.exported { try ModelFile.write(.program(file.program), to: path) }
    } catch { return failed(503, Failure(error).message) }
    do {
      let subject = Subject(
        ModelContents(problem: .program(file.program), notes: file.notes), path)
      let request = try request(for: subject)
      if let document = subject.contradiction(request) {
        return AMPLAnswer(document: document, file: file, settings: settings).solution
      }
      let session = try SolveSession(subject, request)
      let line = ProgressLine(
        subject.summary.name, timeLimit: settings.timeLimit, answerLimit: session.expectedAnswers,
        tolerance: session.tolerances.stationarity)
      if (settings.verbosity ?? 0) > 1 { session.observe { line.note($0) } }
      defer { line.clear() }
      return AMPLAnswer(document: try await session.finish(), file: file, settings: settings).solution
    } catch {
      let failure = Failure(error)
      return failed(failure.code == .usage ? 503 : 500, failure.message)
    }
  }

  private func failed(_ code: Int, _ message: String) -> NLSolution {
    var solution = NLSolution(echoing: file)
    solution.code = code
    solution.message = "gradus \(gradusVersion): \(message)"
    return solution
  }

  /// The options in terms of the method that will be used.
  private func request(for subject: Subject) throws -> SolveRequest {
    var request = SolveRequest()
    request.began = began
    request.interruption = interruption
    request.method = settings.method
    request.seed = UInt64(settings.seed ?? 0)
    request.threads = max(1, settings.threads ?? 1)
    request.timeLimit = settings.timeLimit.flatMap { $0 < 1e9 ? $0 : nil }
    request.explains = settings.wantsConflict
    let entry = try settings.method.map { try MethodChoice.entry(named: $0) } ?? MethodChoice.method(for: subject)
    func set(_ names: [String], _ value: (some CustomStringConvertible)?) {
      guard let value, let name = names.first(where: { name in entry.settings.contains { $0.name == name } }) else {
        return
      }
      request.settings.append("\(name)=\(value)")
    }
    set(["tol", "tolerance"], settings.tolerance)
    set(["max_iter", "iterations", "turns"], settings.iterations)
    set(["nodes"], settings.nodes)
    // The check keeps to these, too.
    if let gap = settings.gap { request.settings.append("gap=\(gap)") }
    if let gap = settings.gapAbsolute { request.settings.append("gap-absolute=\(gap)") }
    if let feasibility = settings.feasibility { request.settings.append("feasibility=\(feasibility)") }
    return request
  }

  /// On standard output what was wished for; complaints always on standard error.
  func report(_ solution: NLSolution) {
    let wanted = settings.wantedOutput ?? 0
    if solution.code >= 500 {
      Console.error(Failure(.failed, String(solution.message.drop { $0 != ":" }.dropFirst(2))).line)
    } else if (settings.verbosity ?? 0) > 0, wanted & 8 == 0 {
      for note in file.notes { Console.out("\(note)\n") }
      Console.out("\(solution.message)\n")
    }
    let linear = file.program.linear
    if wanted & 2 != 0 { list(linear.columnNames, solution.values) }
    if wanted & 4 != 0 { list(linear.rowNames, solution.duals) }
  }

  private func list(_ names: NameTable, _ values: [Double]) {
    var text = ""
    for (name, value) in zip(names, values) { text += "\(name) \(value)\n" }
    Console.out(text)
  }
}
