// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// One step of a workflow that is written down: its name is that of its output, which later steps may use.
public struct WorkflowStep: Sendable {
  /// What is done.
  public enum Action: Sendable {
    /// A language model goes on from a text.
    case prompt(TextTemplate, PromptSettings)
    /// A language model answers with a signature; the templates give its inputs. Of several outputs each is a value `NAME.OUTPUT`.
    case predictor(Predictor, [(field: String, template: TextTemplate)])
    /// A command is run without a shell: `input` goes to its standard input, its standard output is the value.
    case command([TextTemplate], input: TextTemplate?)
    /// A request over HTTP: POST of `body`, GET where there is none. The body of the response is the value.
    case http(TextTemplate, body: TextTemplate?)
    /// A program that stays: a line {"id", "input"} for each call, a line {"id", "output"} or {"id", "error"} back.
    case program([String], input: TextTemplate)
  }

  public var name: String
  public var action: Action
  /// What it does, for the advisor.
  public var purpose: String
  /// Seconds after which it has failed.
  public var timeout: Double

  public init(_ name: String, _ action: Action, purpose: String = "", timeout: Double = 60) {
    self.name = name
    self.action = action
    self.purpose = purpose
    self.timeout = timeout
  }

  /// Whether a language model is asked.
  public var asksModel: Bool {
    switch action {
    case .prompt, .predictor: true
    case .command, .http, .program: false
    }
  }

  /// Everything in it that holds names.
  var templates: [TextTemplate] {
    switch action {
    case .prompt(let text, let settings): [text] + [settings.temperature, settings.maxTokens].compactMap(\.self)
    case .predictor(_, let inputs): inputs.map(\.template)
    case .command(let words, let input): words + [input].compactMap(\.self)
    case .http(let url, let body): [url] + [body].compactMap(\.self)
    case .program(_, let input): [input]
    }
  }
}

/// How a prompt is put. Both may name parameters.
public struct PromptSettings: Sendable {
  public var temperature: TextTemplate?
  public var maxTokens: TextTemplate?
  public var stop: [String]

  public init(temperature: TextTemplate? = nil, maxTokens: TextTemplate? = nil, stop: [String] = []) {
    self.temperature = temperature
    self.maxTokens = maxTokens
    self.stop = stop
  }
}
