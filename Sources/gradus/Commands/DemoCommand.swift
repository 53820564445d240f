// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct DemoCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Solves the example problems and writes a report.")

  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("The folder of the examples.", valueName: "folder"))
  var examples = "Examples"

  @Option(help: ArgumentHelp("The page to write.", valueName: "file.html"))
  var report = "demo/report.html"

  func execute() async throws -> ExitCode {
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let began = ContinuousClock.now
    var outcomes: [DemoOutcome] = []
    for example in DemoExample.all where !interruption.isRaised {
      outcomes.append(try await solve(example, interruption))
    }
    let page = DemoReport(outcomes: outcomes, seconds: (ContinuousClock.now - began).seconds)
    try Self.makeFolder(of: report)
    try AtomicFile.write([Array(page.html.utf8)], to: report)
    switch output.format {
    case .text: Console.out(Self.table(outcomes) + "The convergence pictures are in \(report).\n")
    case .json:
      let results: JSONValue = [
        "schema": "gradus.results/1", "results": .array(outcomes.map { $0.document.json }),
      ]
      Console.out(results.serialized(indented: true) + [0x0A])
    }
    if interruption.isRaised { return .interrupted }
    return outcomes.allSatisfy { $0.document.status.isStatement } ? .success : .unfinished
  }

  private func solve(_ example: DemoExample, _ interruption: Interruption) async throws -> DemoOutcome {
    var request = SolveRequest()
    request.method = example.method
    request.settings = example.settings
    request.interruption = interruption
    let source = example.source.hasPrefix(Subject.namedPrefix) ? example.source : "\(examples)/\(example.source)"
    let helper = SolveSession.Helper(for: source, request)
    let subject =
      example.source.hasSuffix(".csv") ? Subject(try CoolingFit(contentsOf: source), source) : try Subject.load(source)
    let session = try SolveSession(subject, request, helper)
    let history = History(began: request.began)
    session.observe { history.note($0) }
    let line = ProgressLine(
      example.title, timeLimit: nil, answerLimit: session.expectedAnswers, tolerance: session.tolerances.stationarity)
    if !output.quiet { session.observe { line.note($0) } }
    defer { line.clear() }
    var document = try await session.finish()
    document.problem.name = example.title
    return DemoOutcome(example: example, document: document, samples: history.samples)
  }

  private static func table(_ outcomes: [DemoOutcome]) -> String {
    var table = Table(
      ["problem", "kind", "status", "objective", "what was checked", "method", "time"], numeric: [3, 6])
    for outcome in outcomes {
      let document = outcome.document
      table.rows.append([
        outcome.example.title, document.problem.kind, document.status.rawValue,
        Numbers.short(document.objective, digits: 9), DemoReport.checked(document), document.method.name,
        Numbers.time(document.seconds),
      ])
    }
    return table.text
  }

  private static func makeFolder(of path: String) throws {
    guard let slash = path.lastIndex(of: "/") else { return }
    let folder = String(path[..<slash])
    guard !folder.isEmpty, mkdir(folder, 0o755) != 0, errno != EEXIST else { return }
    throw FileFailure(path: folder, action: "make the folder", cause: String(cString: strerror(errno)))
  }
}
