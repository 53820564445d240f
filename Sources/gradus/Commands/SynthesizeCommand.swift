// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusFormulation
import GradusLanguage

struct SynthesizeCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize",
    abstract: "Writes problems in words with their models and answers, for training and as benchmarks.",
    discussion: """
        gradus synthesize --output pairs.jsonl --families knapsack,diet --count 50
        gradus synthesize --output pairs.jsonl --lm http://127.0.0.1:8080/v1
        gradus formulate pairs.jsonl --lm http://127.0.0.1:8080/v1

      Models are drawn of twenty families ('--families list' names them), within a range of complexity, and solved; what has no proved
      optimum is left out. Without --lm, whatever the environment says, they are told by sentences made for their family, which are
      right by construction, and nobody is asked. With --lm a language model tells each in its own words, criticizes them, and models
      the words again without having seen the model. A pair is written only where both models are the same but for names, or have the
      same optimum on the data and on --samples other data sets.

      Lines are {"id", "problem", "answer", "family", "status", "complexity", "ending", "agreed", "model"}. Called again it goes on where
      it stopped, whatever stopped it; with a greater --count it draws more. The same seed gives the same lines as far as the
      language model gives the same answers.
      """)

  @OptionGroup var output: OutputOptions

  @OptionGroup var language: LanguageModelOptions

  @OptionGroup var options: FormulatorOptions

  @Option(name: .customLong("output"), help: ArgumentHelp("Where the pairs are written.", valueName: "file.jsonl"))
  var path: String?

  private var file: String { path ?? "" }

  @Option(help: ArgumentHelp("Only these, separated by commas; 'list' names them.", valueName: "names"))
  var families: String?

  @Flag(help: "Grow problems constraint by constraint, of four categories in place of the families.")
  var grow = false

  @Option(help: ArgumentHelp("Draws in all, those of earlier calls too.", valueName: "count"))
  var count = 100

  @Option(
    help: ArgumentHelp(
      "How much there is in a model: variables, rows, terms; one number stands for a quarter around it.",
      valueName: "low..high"))
  var complexity = NumberRange(15, 60)

  @Option(help: ArgumentHelp("How hard models are to solve, from 0 to 1.", valueName: "low..high"))
  var difficulty = NumberRange(0, 1)

  @Option(help: ArgumentHelp("Other data sets on which both models must agree.", valueName: "count"))
  var samples = 3

  @Option(help: ArgumentHelp("How often the language model criticizes its own words.", valueName: "count"))
  var critiques = 1

  @Option(
    help: ArgumentHelp(
      "For --lm simulated:SEED: how often it tells and how often it models something else.", valueName: "a,b"))
  var mistakes = "0.1,0.1"

  @Option(help: ArgumentHelp("What became of each draw; OUTPUT.journal unless said.", valueName: "file"))
  var journal: String?

  @Option(help: "The seed of the draws, and of requests.")
  var seed: UInt64 = 0

  mutating func validate() throws {
    try OptionRange.whole("--count", count, 1...10_000_000)
    try OptionRange.whole("--samples", samples, 0...100)
    try OptionRange.whole("--critiques", critiques, 0...10)
    if !(complexity.lower > 0) || complexity.upper > 1e6 {
      throw ValidationError("--complexity lies above 0 and up to 1000000, as in 15..60")
    }
    if difficulty.lower < 0 || difficulty.upper > 1 {
      throw ValidationError("--difficulty lies from 0 to 1, as in 0..0.5")
    }
    if parsedMistakes == nil { throw ValidationError("--mistakes must be two shares from 0 to 1, as in 0.1,0.1") }
    if families == "list" { return }
    _ = try chosen()
    if path == nil { throw ValidationError("--output FILE.jsonl is missing; the pairs are written there") }
  }

  private var parsedMistakes: (misread: Double, mismodelled: Double)? {
    let parts = mistakes.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let first = parts[0], let second = parts[1], (0...1).contains(first),
      (0...1).contains(second)
    else { return nil }
    return (first, second)
  }

  private var known: [String] {
    grow ? SocraticDemonstration.Category.allCases.map(\.rawValue) : InstanceFamilies.all.map { $0.name }
  }

  /// The families, or categories, that are drawn of.
  private func chosen() throws -> [String] {
    guard let families else { return known }
    let names = families.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for (k, name) in names.enumerated() {
      if names[..<k].contains(name) { throw ValidationError("the family '\(name)' is named twice") }
      if known.contains(name) { continue }
      let near = nearest(to: name, among: known).map { "did you mean '\($0)'?" }
      throw ValidationError("there is no family '\(name)'; \(near ?? "'--families list' names them")")
    }
    return names
  }

  func execute() async throws -> ExitCode {
    if families == "list" {
      Console.out(known.joined(separator: "\n") + "\n")
      return .success
    }
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let meter = ModelMeter(language.budget, prices: options.modelPrices)
    let record = journal ?? "\(file).journal"
    let names = try chosen()
    let session = SynthesisSession(
      output: file, journal: record, count: count, width: language.requests, settings: settings(names),
      isQuiet: output.quiet, interruption: interruption)
    let report: SynthesisReport
    do {
      report = try await session.run { try synthesis(names, meter, record, interruption) }
    } catch let error as CassetteError {
      throw Failure(.unreadable, "\(error)")
    }
    switch output.format {
    case .text: Console.out(report.text)
    case .json: Console.out(report.json(meter.count.json, seed: seed).serialized(indented: true) + [0x0A])
    }
    return complain(report, interruption)
  }

  private func complain(_ report: SynthesisReport, _ interruption: Interruption) -> ExitCode {
    func say(_ code: ExitCode, _ text: String) -> ExitCode {
      Console.error(Failure(code, text).line)
      return code
    }
    let kept = "what was done is in \(file); call the command again to go on"
    if interruption.isRaised, report.drawn < count {
      return say(.interrupted, "the synthesis was interrupted; \(kept)")
    }
    if let failure = report.failure {
      if case .unreachable = failure { return say(.missing, "\(failure); \(kept)") }
      return say(.failed, "\(failure); \(kept)")
    }
    guard report.accepted == 0 else { return .success }
    return say(
      .unfinished, "no pair was accepted: \(report.endings); widen --complexity, or ask another language model")
  }

  /// Whatever a line depends on but the answers of a language model; its address may change.
  private func settings(_ names: [String]) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("seed", JSONValue(seed)), .init("families", JSONValue(strings: names)), .init("grow", .bool(grow)),
    ]
    if !grow {
      members.append(.init("complexity", .string(complexity.description)))
      members.append(.init("difficulty", .string(difficulty.description)))
    }
    guard let lm = language.lm else { return .object(members + [.init("by", .string("construction"))]) }
    let isSimulated = lm.hasPrefix("simulated:")
    members.append(.init("by", .string(isSimulated ? lm : "language model")))
    members.append(.init("samples", .integer(samples)))
    members.append(isSimulated ? .init("mistakes", .string(mistakes)) : .init("critiques", .integer(critiques)))
    return .object(members)
  }

  private func synthesis(
    _ names: [String], _ meter: ModelMeter, _ record: String, _ interruption: Interruption
  ) throws -> PairSynthesis {
    let executor = ModelExecutor(timeLimit: options.timeLimit)
    let source: any SynthesisSource
    if grow {
      source = DemonstrationSource(
        names.compactMap { SocraticDemonstration.Category(rawValue: $0) }, DemonstrationSynthesis(executor: executor))
    } else {
      // A number stands for what lies as near to it as tuned instances do.
      let range =
        complexity.lower == complexity.upper
        ? 0.75 * complexity.lower...1.25 * complexity.upper : complexity.lower...complexity.upper
      let families = names.prefix(count).compactMap { InstanceFamilies.family(named: $0) }
      source = try InstanceSource(
        families, complexity: range, difficulty: difficulty.lower...difficulty.upper,
        RandomStream(seed: seed).child("source"))
    }
    var synthesis = PairSynthesis(
      source, loop: BidirectionalSynthesis(samples: samples, executor: executor), seed: seed)
    guard let lm = language.lm else { return synthesis }
    if lm.hasPrefix("simulated:") {
      guard let own = UInt64(lm.dropFirst("simulated:".count)), let rates = parsedMistakes else {
        throw Failure(.usage, "--lm \(lm) has no seed; write simulated:1")
      }
      let double = SimulatedSynthesis(misread: rates.misread, mismodelled: rates.mismodelled)
      (synthesis.teller, synthesis.modeller, synthesis.answerSeed) = (double, double, own)
      return synthesis
    }
    let service = try language.open(meter, keeping: "\(record).replies", interruption: interruption) { _ in
      throw Failure(.usage, "--lm \(lm) has no seed; write simulated:1")
    }
    synthesis.teller = LanguageTeller(service, critiques: critiques)
    synthesis.modeller = FormulatingModeller(options.formulator(seed: seed), service)
    return synthesis
  }
}
