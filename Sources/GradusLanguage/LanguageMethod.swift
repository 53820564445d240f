// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A method that improves workflows, by name.
public protocol LanguageMethod: OptimizationMethod
where Problem == LanguageProgram, Question == WorkflowTurn, Point == Assignment {
  /// Its name on the command line.
  static var name: String { get }
  /// What it does, in a few words.
  static var summary: String { get }
  /// What a user may change of it.
  static var settings: [Setting<Self>] { get }
  /// Whether it stops by itself, however much it may ask.
  var hasEnd: Bool { get }

  /// One with the usual settings.
  init()
}

extension LanguageMethod {
  public var hasEnd: Bool { true }

  /// One with these settings. Throws for an unknown name or a value that it does not take.
  public static func with(_ settings: [(name: String, value: String)]) throws(SettingError) -> Self {
    var method = Self()
    for (name, value) in settings {
      guard let setting = Self.settings.first(where: { $0.name == name }) else {
        throw .unknown(name, method: Self.name, nearest: nearest(to: name, among: Self.settings.map(\.name)))
      }
      try setting.write(&method, value)
    }
    return method
  }

  /// Every setting with its value.
  public var settingValues: [(name: String, value: String)] { Self.settings.map { ($0.name, $0.read(self)) } }
}

/// The methods that improve workflows.
public enum LanguageMethods {
  public static let all: [any LanguageMethod.Type] = [
    OptoPrime.self, TextualGradientDescent.self, MixedDescent.self, InstructionInduction.self, BootstrapSearch.self,
    ExemplarSearch.self,
    JointPromptSearch.self, ReflectiveEvolution.self, GuidedPromptTree.self, PairwisePromptSearch.self,
  ]

  /// The method of this name; nil when there is none.
  public static func named(_ name: String) -> (any LanguageMethod.Type)? { all.first { $0.name == name } }

  /// What suits a workflow, and why: with examples to show, everything is searched together; texts alone are improved by what is
  /// said of them; numbers and choices alone are searched.
  public static func automatic(for program: LanguageProgram) -> (method: any LanguageMethod.Type, why: String) {
    if !program.demonstrationParameters.isEmpty, program.selectionCount > 1 {
      return (JointPromptSearch.self, "there are examples to show")
    }
    if program.instructionParameters.isEmpty {
      return (JointPromptSearch.self, "there are numbers or choices, and no texts")
    }
    if program.parameters.contains(where: \.isSearched) {
      return (MixedDescent.self, "texts are improved together with numbers or choices")
    }
    return (TextualGradientDescent.self, "texts are improved by what is said of them")
  }
}

extension OptoPrime: LanguageMethod {
  public var hasEnd: Bool { steps > 0 }
  public static let name = "opto-prime"
  public static let summary = "an advisor reads the execution and suggests values for everything at once"
  public static let settings: [Setting<Self>] = [
    Setting("memory", \.memory, in: 0...1000, "attempts that the advisor is reminded of"),
    Setting("trace", \.trace, "whether it is shown the execution; without it this is OPRO"),
    Setting("keeps", \.keeps, "whether it goes on from the best instead of the last"),
    Setting("batch", \.batch, in: 0...1e6, "places of data a step; 0: all"),
    Setting("steps", \.steps, in: 0...1e6, "suggestions; 0: as many as the budget holds"),
  ]
}

extension TextualGradientDescent: LanguageMethod {
  public var hasEnd: Bool { false }
  public static let name = "textual-gradient-descent"
  public static let summary = "criticism travels back through the calls to the texts that it concerns"
  public static let settings: [Setting<Self>] = [
    Setting("batch", \.batch, in: 0...1e6, "places of data a step; 0: all"),
    Setting("momentum", \.momentum, in: 0...1000, "earlier values that an advisor is reminded of"),
    Setting("merges", \.merges, "whether several criticisms are made one first"),
    Setting("keeps", \.keeps, "whether it goes on from the best instead of the last"),
  ]
}

extension InstructionInduction: LanguageMethod {
  public static let name = "instruction-induction"
  public static let summary = "an advisor guesses the instruction behind examples, a bandit finds the best guess"
  public static let settings: [Setting<Self>] = [
    Setting("proposals", \.proposals, in: 1...1e6, "questions for an instruction"),
    Setting("examples", \.examples, in: 1...1e4, "examples in each of them"),
    Setting("rounds", \.rounds, in: 1...1e6, "rounds of trying"),
    Setting("share", \.share, in: 0...1, "the share of the prompts that is tried in a round"),
    Setting("items", \.items, in: 1...1e6, "places of data on which a prompt is tried"),
    Setting("exploration", \.exploration, in: 0...1e3, "weight of what is uncertain"),
    Setting("generations", \.generations, in: 1...1000, "how often the best are paraphrased"),
  ]
}

extension BootstrapSearch: LanguageMethod {
  public static let name = "bootstrap-search"
  public static let summary = "examples to show: runs that went well, in random selections"
  public static let settings: [Setting<Self>] = [
    Setting("candidates", \.candidates, in: 0...1e4, "random selections"),
    Setting("bootstrapped", \.bootstrapped, in: 0...1e4, "runs that are shown at most"),
    Setting("labeled", \.labeled, in: 0...1e4, "examples that are shown at most"),
    Setting("rounds", \.rounds, in: 1...1000, "how often a place is tried"),
    Setting("threshold", \.threshold, "the score from which on a run went well"),
    Setting("share", \.share, in: 0...1, "the part of the data that examples come from"),
  ]
}

extension JointPromptSearch: LanguageMethod {
  public static let name = "joint-prompt-search"
  public static let summary =
    "instructions, examples, numbers and choices by densities of good and of other combinations"
  public static let settings: [Setting<Self>] = [
    Setting("candidates", \.candidates, in: 1...1e4, "instructions of each text, and sets of examples"),
    Setting("trials", \.trials, in: 0...1e6, "combinations; 0: by the number of choices"),
    Setting("batch", \.batch, in: 1...1e6, "places of data a trial"),
    Setting("every", \.every, in: 1...1e6, "trials between measurements on all places"),
    Setting("bootstrapped", \.bootstrapped, in: 0...1e4, "runs that are shown at most"),
    Setting("labeled", \.labeled, in: 0...1e4, "examples that are shown at most"),
    Setting("threshold", \.threshold, "the score from which on a run went well"),
    Setting("share", \.share, in: 0...1, "the part of the data that examples come from"),
  ]
}

extension ExemplarSearch: LanguageMethod {
  public static let name = "exemplar-search"
  public static let summary = "which examples a text shows, among those that the workflow answered right by itself"
  public static let settings: [Setting<Self>] = [
    Setting("strategy", choice: \.strategy, "how examples are chosen"),
    Setting("parameter", \.parameter, "the text that examples are written into"),
    Setting("count", \.count, in: 0...1e4, "examples of a set"),
    Setting("evaluations", \.evaluations, in: 1...1e6, "evaluations on all places"),
  ]
}

extension GuidedPromptTree: LanguageMethod {
  public var hasEnd: Bool { executions > 0 }
  public static let name = "guided-prompt-tree"
  public static let summary = "a tree of prompts, each written from what went wrong with the one before it"
  public static let settings: [Setting<Self>] = [
    Setting("children", \.children, in: 1...1e4, "new prompts for each that is expanded"),
    Setting("selected", \.selected, in: 1...1e4, "prompts of a level that are expanded"),
    Setting("minimum-levels", \.minimumLevels, in: 1...1e4, "levels that are grown in any case"),
    Setting("feedback", \.feedback, in: 0...1e4, "failed places that a child hears of"),
    Setting("limit", \.limit, in: 100...1e7, "characters of feedback"),
    Setting("summarizes", \.summarizes, "whether feedback is condensed before it is used"),
    Setting("batch", \.batch, in: 0...1e6, "places of data that a prompt is run on; 0: all"),
    Setting("candidates", \.candidates, in: 1...1e4, "new prompts among which the score model chooses"),
    Setting("executions", \.executions, in: 0...1e6, "prompts that are run; 0: as many as the budget holds"),
  ]
}

extension PairwisePromptSearch: LanguageMethod {
  public static let name = "pairwise-prompt-search"
  public static let summary = "a judge compares the answers of two prompts; no labels are needed"
  public static let settings: [Setting<Self>] = [
    Setting("questions", \.questions, in: 1...1e4, "places that prompts are compared on"),
    Setting("rounds", \.rounds, in: 1...1e6, "new prompts"),
    Setting("judgements", \.judgements, in: 1...1e4, "comparisons of a new prompt with the best"),
    Setting("swaps", \.swaps, "whether chance decides who stands in front"),
    Setting("requirements", \.requirements, "what answers shall be like; empty: the purpose"),
  ]
}
