// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

struct SolveCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "solve", abstract: "Reads a problem, chooses a method, runs it and verifies the answer.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var options: SolveOptions
  @OptionGroup var data: DataOptions

  @Argument(help: "Problem files, or problem:NAME[,key=value…].")
  var files: [String]

  @Option(help: ArgumentHelp("Write the result object here as well.", valueName: "file"))
  var solution: String?

  @Option(help: ArgumentHelp("Draw incumbent and bound over time.", valueName: "file.svg"))
  var plot: String?

  @Option(help: ArgumentHelp("Exit with 100 unless this is the status.", valueName: "status"))
  var expect: Status?

  @Flag(help: "Exit with 100 unless point and bound were checked here.")
  var requireVerified = false

  mutating func validate() throws {
    let single: [(String, Bool)] = [
      ("--solution", solution != nil), ("--plot", plot != nil), ("--checkpoint", options.checkpoint != nil),
      ("--resume", options.resume != nil), ("--start", options.start != nil), ("--record", options.record != nil),
    ]
    if files.count > 1, let (name, _) = single.first(where: { $0.1 }) {
      throw ValidationError("\(name) goes with a single file, not with \(files.count)")
    }
  }

  func execute() async throws -> ExitCode {
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    var worst = ExitCode.success
    var documents: [JSONValue] = []
    var learned = try options.learn.map {
      try LearnedSolve(store: $0, regret: options.learnRegret, unit: options.learnCost, isQuiet: output.quiet)
    }
    for file in files {
      if interruption.isRaised { break }
      do {
        let document = try await solve(file, options.request(interruption), &learned)
        worst = max(worst, code(document))
        switch output.format {
        case .text: Console.out((files.count > 1 && file != files[0] ? "\n" : "") + ResultText(document: document).text)
        case .json: documents.append(document.json)
        }
        complain(document)
      } catch {
        guard files.count > 1 else { throw Failure(error) }
        worst = max(worst, Tool.report(Failure(error)))
      }
    }
    if output.format == .json {
      let whole: JSONValue =
        files.count == 1
        ? documents.first ?? .null : ["schema": "gradus.results/1", "results": .array(documents)]
      Console.out(whole.serialized(indented: true) + [0x0A])
    }
    return worst
  }

  private func solve(
    _ file: String, _ request: SolveRequest, _ learned: inout LearnedSolve?
  ) async throws -> ResultDocument {
    let helper = learned == nil ? SolveSession.Helper(for: file, request) : SolveSession.Helper()
    let subject = try Subject.load(file, task: data.task, simplifies: !options.noSimplify)
    if !output.quiet { for note in subject.notes { Console.error("gradus: \(note)\n") } }
    if let document = subject.contradiction(request) {
      if let solution { try AtomicFile.write([document.json.serialized(indented: true), [0x0A]], to: solution) }
      return document
    }
    let history = History(began: request.began)
    var lines: [ProgressLine] = []
    defer { for line in lines { line.clear() } }
    func watch(_ session: SolveSession) {
      if plot != nil { session.observe { history.note($0) } }
      guard !output.quiet else { return }
      let line = ProgressLine(
        subject.summary.name, timeLimit: request.timeLimit, answerLimit: session.expectedAnswers,
        tolerance: session.tolerances.stationarity)
      session.observe { line.note($0) }
      lines.append(line)
    }
    let document: ResultDocument
    if learned != nil {
      document = try await learned?.solve(subject, request, watch: watch) ?? ResultDocument()
    } else {
      let session = try SolveSession(subject, request, helper)
      watch(session)
      let recorder = try options.record.map { try RunRecorder($0, of: session, subject.summary.name, request) }
      if let recorder { session.observe { recorder.note($0) } }
      document = try await session.finish()
      recorder?.finish(document)
    }
    for line in lines { line.clear() }
    if let solution { try AtomicFile.write([document.json.serialized(indented: true), [0x0A]], to: solution) }
    if let plot {
      let picture =
        document.front.isEmpty
        ? ConvergencePlot(document: document, samples: history.samples).svg : FrontPlot(document: document).svg
      try AtomicFile.write([Array(picture.utf8)], to: plot)
    }
    return document
  }

  private func code(_ document: ResultDocument) -> ExitCode {
    if let expect, expect != document.status { return .refuted }
    if requireVerified, !document.certificate.verified { return .refuted }
    if document.stopped.kind == .interrupt { return .interrupted }
    if document.status.isStatement { return .success }
    return document.status == .failed ? .failed : .unfinished
  }

  /// Says on standard error why the code is what it is, where the result alone does not.
  private func complain(_ document: ResultDocument) {
    let name = document.problem.name
    if let expect, expect != document.status {
      Console.error(
        "gradus: \(name) is \(document.status.rawValue), not \(expect.rawValue) as expected; see the result\n")
    } else if requireVerified, !document.certificate.verified {
      let why =
        document.certificate.note.map { ": \($0)" } ?? "; the bound is \(document.certificate.bound.description)"
      Console.error("gradus: \(name) is \(document.status.rawValue), but that was not verified here\(why)\n")
    } else if document.status == .failed {
      Console.error(
        "gradus: \(name) failed: \(document.explanation.first ?? document.certificate.note ?? document.stopped.rule)\n")
    } else if document.stopped.kind == .interrupt, let checkpoint = options.checkpoint {
      Console.error("gradus: \(document.stopped.rule); continue with '--resume \(checkpoint)'\n")
    }
  }
}

extension RunRecorder {
  /// The record of a run that is about to begin.
  fileprivate convenience init(_ path: String, of session: SolveSession, _ name: String, _ request: SolveRequest)
    throws(FileFailure)
  {
    try self.init(
      path, name: name, method: session.run.methodName, seed: session.run.seed,
      settings: session.run.settingValues.map { .init($0.name, .string($0.value)) }, host: ProcessIdentity.host,
      began: request.began)
  }
}
