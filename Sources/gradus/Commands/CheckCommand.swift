// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusConformance
import GradusDashboard
import GradusNative

struct CheckCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tries the laws of the conformance library on methods, or on all of them.")

  @OptionGroup var output: OutputOptions

  @Argument(help: "Names of methods.")
  var methods: [String] = []

  @Flag(help: "Every method of the catalog.")
  var all = false

  @Option(help: ArgumentHelp("Methods that are tried at a time; as many as there are processors.", valueName: "count"))
  var threads: Int?

  mutating func validate() throws {
    if all != methods.isEmpty { throw ValidationError("name a method, or give --all") }
    try OptionRange.whole("--threads", threads, 1...1024)
  }

  func execute() async throws -> ExitCode {
    let entries = all ? Catalog.all : try methods.map { try MethodChoice.entry(named: $0) }
    // Methods that leave the work to HiGHS are tried with HiGHS in this process, where it is installed.
    let highs: Highs?
    do { highs = try Highs() } catch {
      if methods.contains(where: Self.asksHighs) { throw error }
      highs = nil
    }
    let sources = try ProblemSource.library { form in try highs.map { try HighsOracle(form, highs: $0) } }
    let fit = entries.filter { entry in
      if highs != nil || !Self.asksHighs(entry.card.name) { return true }
      Console.error("gradus check: \(entry.card.name) is left out, because HiGHS was not found\n")
      return false
    }
    let results = await withTaskGroup(of: (Int, [LawResult]).self) { group in
      var found: [Int: [LawResult]] = [:]
      var next = 0, told = 0
      func begin() {
        guard next < fit.count else { return }
        let (place, entry) = (next, fit[next])
        next += 1
        if !output.quiet {
          Console.error("gradus check: \(entry.card.name) (\(place + 1) of \(fit.count))\n")
        }
        group.addTask { @concurrent in
          let known = highs == nil ? sources : sources + Self.formulas(for: entry)
          let laws = await Conformance.check(entry, sources: known)
          return (place, laws)
        }
      }
      for _ in 0..<(threads ?? ProcessIdentity.processors) { begin() }
      for await (place, laws) in group {
        found[place] = laws
        // In the order of the catalog, whoever is done first.
        while let laws = found[told] {
          if output.format == .text { Console.out(Self.text(fit[told], laws)) }
          told += 1
        }
        begin()
      }
      return fit.indices.flatMap { found[$0] ?? [] }
    }
    let broken = results.count { !$0.holds }
    if output.format == .json {
      let document: JSONValue = [
        "schema": "gradus.check/1", "broken": .integer(broken), "results": .array(results.map(\.json)),
      ]
      Console.out(document.serialized(indented: true) + [0x0A])
    }
    guard broken > 0 else { return .success }
    throw Failure(.refuted, "\(Numbers.counted(broken, "law")) broken; see the sentences above")
  }

  /// True for methods that leave linear and integer programs to HiGHS.
  private static func asksHighs(_ method: String) -> Bool {
    [HighsSolver.card.name, OuterApproximation.card.name, SpatialBranchAndBound.card.name].contains(method)
  }

  /// Problems of the library written as formulas.
  private static func formulas(for entry: MethodEntry) -> [ProblemSource] {
    FormulaExamples.all(convex: entry.card.name == OuterApproximation.card.name).compactMap { example in
      let known = try? ProblemLibrary.problem(named: example.name)
      return known.map { ProblemSource($0.stated(as: [example.program]), oracles: [example.oracle]) }
    }
  }

  private static func text(_ entry: MethodEntry, _ results: [LawResult]) -> String {
    var text = "\(entry.card.name)\n"
    for result in results {
      switch result.finding {
      case .held(let tried): text += "  holds   \(result.law) (\(Numbers.counted(tried, "trial")))\n"
      case .notApplicable(let reason): text += "  n/a     \(result.law): \(reason)\n"
      case .broken(let details):
        text += "  BROKEN  \(result.law): \(result.sentence)\n"
        for detail in details { text += "            \(detail)\n" }
      }
    }
    return text
  }
}

extension LawResult {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("method", .string(method)), .init("law", .string(law)), .init("sentence", .string(sentence)),
    ]
    switch finding {
    case .held(let tried): members += [.init("finding", "held"), .init("tried", .integer(tried))]
    case .notApplicable(let reason):
      members += [.init("finding", "notApplicable"), .init("reason", .string(reason))]
    case .broken(let details):
      members += [.init("finding", "broken"), .init("violations", JSONValue(strings: details))]
    }
    return .object(members)
  }
}
