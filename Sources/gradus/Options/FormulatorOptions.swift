// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus
import GradusFormulation
import GradusLanguage

/// How a language model turns words into models.
struct FormulatorOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Corrections of an answer, 0 to 12.", valueName: "count"))
  var rounds = 3

  @Flag(inversion: .prefixedNo, help: "Ask the model whether its model says what the text says.")
  var judge = true

  @Flag(help: "Have the problem understood and the model built step by step first.")
  var guided = false

  @Option(
    help: ArgumentHelp("Answers that are worked out independently; the most frequent counts.", valueName: "count"))
  var vote = 1

  @Option(
    help: ArgumentHelp("Tokens of one answer at most; small models may write without end.", valueName: "count"))
  var answerTokens = 4096

  @Option(help: ArgumentHelp("Seconds for one solve.", valueName: "seconds"))
  var timeLimit = 60.0

  @Option(
    help: ArgumentHelp("Prices of a million tokens, of prompts and of answers, for --budget-cost.", valueName: "a,b"))
  var prices: String?

  mutating func validate() throws {
    try OptionRange.whole("--rounds", rounds, Formulator.roundLimits)
    try OptionRange.whole("--answer-tokens", answerTokens, 1...1_000_000)
    try OptionRange.whole("--vote", vote, Formulator.voteLimits)
    try OptionRange.positiveSeconds("--time-limit", timeLimit)
    if prices != nil, parsedPrices == nil { throw ValidationError("--prices must be two numbers, as in 0.15,0.6") }
  }

  private var parsedPrices: ModelPrices? {
    let parts = (prices ?? "0,0").split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let prompt = parts[0], let completion = parts[1], prompt >= 0, completion >= 0,
      prompt < 1e9, completion < 1e9
    else { return nil }
    return ModelPrices(prompt: prompt, completion: completion)
  }

  var modelPrices: ModelPrices { parsedPrices ?? ModelPrices() }

  /// As the options say, with a seed for its requests.
  func formulator(seed: UInt64) -> Formulator {
    var formulator = Formulator(executor: ModelExecutor(timeLimit: timeLimit))
    formulator.rounds = rounds
    formulator.judges = judge
    formulator.stages = guided ? Formulator.Stage.allCases : []
    formulator.votes = vote
    formulator.maxTokens = answerTokens
    formulator.seed = Int(seed & 0xFFFF_FFFF)
    formulator.prices = modelPrices
    return formulator
  }
}
