// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusDashboard
import GradusFormulation
import GradusLanguage
import GradusModeling

struct FormulateCommand: GradusSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "formulate",
    abstract: "Turns a problem in words into a model, solves it, and says what the words do not bear out.",
    discussion: """
      PROBLEM is the text itself, a file with it, - for standard input, or a .jsonl file with many problems and their answers.

        gradus formulate "A baker has 30 kg of flour. … How many loaves bring the most?" --lm http://127.0.0.1:8080/v1
        gradus formulate order.txt --lm http://127.0.0.1:8080/v1 --output order.yaml
        gradus formulate problems.jsonl --lm http://127.0.0.1:8080/v1 --journal done.jsonl
        gradus formulate move.txt --plan --lm http://127.0.0.1:8080/v1

      A language model writes the five elements: sets, parameters, variables, objective, constraints. They are read, solved and
      compared with the text: every number of the text has to be used, every number of the model has to come from it, and a second
      question asks whether the model says what the text says. What is found is put to the model, at most --rounds times.
      Doubts that are left stand beside the result. Nothing is guessed: where data are missing, the command says which.

      A .jsonl file has lines {"id": …, "problem": …, "answer": …}. How many answers are the published ones is said with an interval,
      and those that are not are listed for reading. With a journal a run that was broken off goes on. With a library each problem is
      asked with the insights that apply to it.

        gradus formulate problems.jsonl --learn --library experience.yaml --lm http://127.0.0.1:8080/v1

      learns the library: what the model says about its failures is kept where it makes the answer the published one.

      Exit codes: 0 a model with an optimum; 4 something is missing, or the model is not settled; 1 no model came; 5 no language model.
      """)

  @OptionGroup var output: OutputOptions

  @OptionGroup var language: LanguageModelOptions

  @OptionGroup var options: FormulatorOptions

  @Argument(help: "The problem in words, a file with it, '-', or a .jsonl file with many.")
  var problem: String

  @Option(name: .customLong("output"), help: ArgumentHelp("Write the model here.", valueName: "model.yaml"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Insights that may apply; the model is asked which do, and they stand in its question.", valueName: "file.yaml"))
  var library: String?

  @Flag(
    help:
      "The text asks for steps in time, or for a choice: find a shortest plan and carry it out. --output takes the document."
  )
  var plan = false

  @Flag(help: "Learn from many problems with published answers: insights that are verified go into the --library.")
  var learn = false

  @Flag(help: "After learning, replace conditions of insights that are thought of at the wrong time, once.")
  var evolve = false

  @Flag(help: "Read and compare the model; do not solve it.")
  var noSolve = false

  @Option(help: "The seed of requests and solvers.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "For --lm simulated:SEED: lines {\"text\": …, \"model\": {…}, \"pitfall\": …} with what it knows.",
      valueName: "file.jsonl"))
  var known: String?

  @Option(
    help: ArgumentHelp(
      "Of many problems: what was done is kept here, and gone on with; LIBRARY.journal unless said with --learn.",
      valueName: "file.jsonl"))
  var journal: String?

  @Option(help: ArgumentHelp("Of many problems: only the first so many.", valueName: "count"))
  var first: Int?

  mutating func validate() throws {
    if let first { try OptionRange.whole("--first", first, 1...Int.max) }
    if !FormulationBenchmark.isBenchmark(problem), journal != nil || first != nil {
      throw ValidationError("--journal and --first are for a .jsonl file with many problems")
    }
    if learn, !FormulationBenchmark.isBenchmark(problem) || library == nil {
      throw ValidationError("--learn takes a .jsonl file with many problems and --library FILE.yaml")
    }
    if evolve, !learn { throw ValidationError("--evolve goes with --learn") }
    if FormulationBenchmark.isBenchmark(problem), model != nil || noSolve {
      throw ValidationError("--output and --no-solve are for one problem, not for a .jsonl file")
    }
    if plan,
      FormulationBenchmark.isBenchmark(problem) || noSolve || options.guided || options.vote != 1 || library != nil
        || known != nil
    {
      throw ValidationError("--plan is for one request, without --no-solve, --guided, --vote, --library and --known")
    }
    if plan, let model, !model.lowercased().hasSuffix(".json") {
      throw ValidationError("--output \(model): the document of a plan is JSON; the file must end with .json")
    }
    if let model, ![".yaml", ".yml", ".json"].contains(where: { model.lowercased().hasSuffix($0) }) {
      throw ValidationError("--output \(model): the file must end with .yaml or .json")
    }
  }

  func execute() async throws -> ExitCode {
    let began = ContinuousClock.now
    let isBenchmark = FormulationBenchmark.isBenchmark(problem)
    let request = plan ? try ProblemText.request(problem) : nil
    let words = isBenchmark || plan ? nil : try ProblemText.read(problem)
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    let meter = ModelMeter(language.budget, prices: options.modelPrices)
    var formulator = options.formulator(seed: seed)
    formulator.solves = !noSolve
    if learn { return try await learn(formulator, meter, interruption) }
    let experience = try library.map { try ExperienceLibrary(contentsOf: $0) } ?? ExperienceLibrary()
    let service = try service(meter, interruption)
    if let request { return try await planned(request, formulator, service, meter, interruption, began) }
    guard let words else { return try await benchmark(formulator, experience, service, meter, interruption) }
    let found: Formulation
    var applied: [ExperienceInsight] = []
    do {
      applied = try await experience.retrieve(
        for: words.text, by: ModelExperienceGuide(service, seed: formulator.seed))
      formulator.insights = applied.map(\.advice)
      found = try await formulator.formulate(words, asking: service)
    } catch let failure as ModelFailure {
      if interruption.isRaised { return .interrupted }
      throw Failure(Self.code(failure), "\(failure)")
    }
    var result: ResultDocument?
    if let text = found.model {
      if let model { try write(text, to: model) }
      if found.execution != nil { result = try await solve(text, interruption) }
    }
    let report = FormulationReport(
      formulation: found, result: result, experience: applied.map(\.id), count: meter.count, seed: seed,
      seconds: (ContinuousClock.now - began).seconds
    )
    switch output.format {
    case .text: Console.out(report.text)
    case .json: Console.out(report.json.serialized(indented: true) + [0x0A])
    }
    if interruption.isRaised { return .interrupted }
    return complain(found, result)
  }

  private func planned(
    _ request: String, _ formulator: Formulator, _ service: any ModelService, _ meter: ModelMeter,
    _ interruption: Interruption, _ began: ContinuousClock.Instant
  ) async throws -> ExitCode {
    let answer: PlanningAnswer
    do {
      answer = try await FormulationPlan.find(request, formulator, service)
    } catch let failure as ModelFailure {
      if interruption.isRaised { return .interrupted }
      throw Failure(Self.code(failure), "\(failure)")
    }
    if let model, let document = answer.document {
      try AtomicFile.write([document.json.serialized(indented: true) + [0x0A]], to: model)
    }
    let report = FormulationPlan(
      answer: answer, count: meter.count, seed: seed, seconds: (ContinuousClock.now - began).seconds)
    switch output.format {
    case .text: Console.out(report.text)
    case .json: Console.out(report.json.serialized(indented: true) + [0x0A])
    }
    if interruption.isRaised { return .interrupted }
    guard let complaint = report.complaint else { return .success }
    Console.error(Failure(.unfinished, complaint).line)
    return .unfinished
  }

  /// Every problem of a file, by the usual questions.
  private func benchmark(
    _ formulator: Formulator, _ experience: ExperienceLibrary, _ service: any ModelService, _ meter: ModelMeter,
    _ interruption: Interruption
  ) async throws -> ExitCode {
    let benchmark = FormulationBenchmark(
      path: problem, journal: journal, first: first, width: language.requests, library: experience,
      formulator: formulator, service: service, meter: meter)
    do {
      let (report, usage) = try await benchmark.run()
      switch output.format {
      case .text: Console.out(benchmark.text(report))
      case .json: Console.out(benchmark.json(report, usage, seed: seed).serialized(indented: true) + [0x0A])
      }
      return .success
    } catch let failure as ModelFailure {
      if interruption.isRaised {
        if let journal {
          Console.error("gradus: interrupted; \(journal) keeps what was done, and the same command goes on\n")
        }
        return .interrupted
      }
      throw Failure(Self.code(failure), "\(failure)")
    }
  }

  /// Where `--learn` keeps what it did, unless the user says where.
  private var record: String? { journal ?? (learn ? library.map { "\($0).journal" } : nil) }

  private func learn(
    _ formulator: Formulator, _ meter: ModelMeter, _ interruption: Interruption
  ) async throws -> ExitCode {
    guard let library, let record else { return .usage }
    let learning = ExperienceLearning(
      path: problem, library: library, journal: record, first: first, evolves: evolve, formulator: formulator,
      service: try service(meter, interruption), isQuiet: output.quiet)
    let report = try await learning.run()
    switch output.format {
    case .text: Console.out(report.text)
    case .json: Console.out(report.json(meter.count.json, seed: seed).serialized(indented: true) + [0x0A])
    }
    guard let failure = report.failure else { return .success }
    let kept = "what was learned is in \(library); call the command again to go on"
    if interruption.isRaised {
      Console.error(Failure(.interrupted, "learning was interrupted; \(kept)").line)
      return .interrupted
    }
    Console.error(Failure(.failed, "\(failure); \(kept)").line)
    return Self.code(failure)
  }

  private func service(_ meter: ModelMeter, _ interruption: Interruption) throws -> any ModelService {
    let named =
      language.lm ?? LanguageModelOptions.variable("OPENAI_BASE_URL") ?? LanguageModelOptions.variable("OPENAI_API_KEY")
    guard named != nil else {
      throw Failure(
        .missing,
        "no language model is named; give --lm URL of a server with OpenAI's interface, or set OPENAI_BASE_URL ('make tools' sets up a local one)"
      )
    }
    do {
      return try language.open(
        meter, keeping: (model ?? record).map { "\($0).replies" } ?? "none", interruption: interruption
      ) {
        seed in
        guard let known else {
          throw Failure(.usage, "--lm simulated knows no problem by itself; give --known FILE with texts and models")
        }
        return try KnownProblems.model(known, seed: seed)
      }
    } catch let error as CassetteError {
      throw Failure(.unreadable, "\(error)")
    }
  }

  private static func code(_ failure: ModelFailure) -> ExitCode {
    if case .unreachable = failure { return .missing }
    return .failed
  }

  /// As `gradus solve` would answer the file.
  private func solve(_ text: String, _ interruption: Interruption) async throws -> ResultDocument {
    var request = SolveRequest()
    request.seed = seed
    request.timeLimit = options.timeLimit
    request.interruption = interruption
    let read = try FiveElementModel.parse(text: text, path: model ?? "model")
    let subject = Subject(ModelContents(problem: .program(read.program), notes: read.notes), model ?? "model")
    if let document = subject.contradiction(request) { return document }
    return try await SolveSession(subject, request).finish()
  }

  private func write(_ text: String, to path: String) throws {
    var text = text
    if path.lowercased().hasSuffix(".json") {
      // What YAML alone can hold stays as it is; a statement is written in either.
      let statement = try FiveElementStatement(reading: text, path: "the model")
      text = statement.text(.json)
    }
    try AtomicFile.write([Array(text.utf8)], to: path)
  }

  /// The exit code, with a line on standard error where it is not 0.
  private func complain(_ found: Formulation, _ result: ResultDocument?) -> ExitCode {
    func say(_ line: String) { Console.error(Failure(.unfinished, line).line) }
    switch found.outcome {
    case .asksBack:
      say(
        "the problem lacks: \(found.missing.map(FormulationReport.plain).joined(separator: "; ")); add it to the text")
      return .unfinished
    case .noModel:
      let last = found.rounds.last?.messages.first.map { FormulationReport.plain($0.text) } ?? "no answer"
      say("no model came: \(last); try --guided, more --rounds, or another language model")
      return .failed
    case .formulated: return .success
    case .unsettled:
      let why = found.rounds.last?.messages.first.map { FormulationReport.plain($0.text) } ?? "no optimum"
      say("the model is not settled: \(why); add what the text leaves open, or correct the model by hand")
      return .unfinished
    case .solved:
      guard let result, ![.optimal, .locallyOptimal, .stationary].contains(result.status) else { return .success }
      say("the model has no optimum that was checked: \(result.status.rawValue); give it more --time-limit")
      return .unfinished
    }
  }
}
