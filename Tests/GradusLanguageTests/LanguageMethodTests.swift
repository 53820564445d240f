// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import Testing

/// Methods by name, and the settings that go with them.
@Suite struct LanguageMethodTests {
  @Test func namesAreTheirOwnAndSettingsAreReadBack() throws {
    func check<M: LanguageMethod>(_ type: M.Type) throws {
      let usual = M().settingValues
      #expect(Set(usual.map(\.name)).count == usual.count && !M.summary.isEmpty)
      let same = try M.with(usual)
      #expect(try Coding.encode(same) == Coding.encode(M()))
      #expect {
        _ = try M.with([(name: "no such setting", value: "1")])
      } throws: {
        "\($0)".contains("no such setting")
      }
    }
    for type in LanguageMethods.all { try check(type) }
    #expect(Set(LanguageMethods.all.map { $0.name }).count == LanguageMethods.all.count)
    #expect(LanguageMethods.all.allSatisfy { LanguageMethods.named($0.name) != nil })
    #expect(LanguageMethods.named("nobody") == nil)
  }

  @Test func theChoiceFollowsWhatMayBeChanged() throws {
    let text = try WorkflowParameter("t", .text(limit: 9), start: .text("a"))
    let number = try WorkflowParameter("x", .number(0...1), start: .number(0))
    let shown = try WorkflowParameter("s", .demonstrations(limit: 4), start: .demonstrations([]))
    func chosen(_ parameters: [WorkflowParameter]) -> String {
      LanguageMethods.automatic(for: LanguageProgram(parameters, selectionCount: 5)).method.name
    }
    #expect(chosen([text]) == "textual-gradient-descent")
    #expect(chosen([number]) == "joint-prompt-search")
    #expect(chosen([text, number]) == "mixed-descent")
    #expect(chosen([text, shown]) == "joint-prompt-search")
  }

  @Test func aPartOfABudgetIsKeptForLater() async throws {
    let meter = ModelMeter(ModelBudget(calls: 5))
    meter.hold(ModelBudget(calls: 3))
    let model = MeteredModel(ScriptedModel { _, _ in "yes" }, meter)
    for _ in 0..<2 { _ = try await model.reply(to: ModelRequest(asking: "?")) }
    await #expect(throws: ModelFailure.self) { _ = try await model.reply(to: ModelRequest(asking: "?")) }
    meter.release()
    for _ in 0..<3 { _ = try await model.reply(to: ModelRequest(asking: "?")) }
    await #expect(throws: ModelFailure.self) { _ = try await model.reply(to: ModelRequest(asking: "?")) }
    #expect(meter.count.calls == 5)
  }

  @Test func aStopIsHeardBeforeARequest() async throws {
    let interruption = Interruption()
    let model = NamedModel(ScriptedModel { _, _ in "yes" }, model: "small", interruption: interruption)
    #expect(try await model.reply(to: ModelRequest(asking: "?")).text == "yes")
    interruption.raise()
    await #expect(throws: ModelFailure.cancelled) { _ = try await model.reply(to: ModelRequest(asking: "?")) }
  }

  @Test func aStopBreaksOffARequest() async throws {
    let interruption = Interruption()
    let model = NamedModel(WaitingModel { interruption.raise() }, interruption: interruption)
    await #expect(throws: ModelFailure.cancelled) { _ = try await model.reply(to: ModelRequest(asking: "?")) }
  }
}

/// Says that it was asked, and answers nothing until it is cancelled.
private struct WaitingModel: ModelService {
  let asked: @Sendable () -> Void
  var name: String { "waiting" }
  var abilities: ModelAbilities { [] }

  func reply(to request: ModelRequest, hearing listener: ModelListener?) async throws(ModelFailure) -> ModelReply {
    asked()
    do { try await Task.sleep(for: .seconds(600)) } catch { throw .cancelled }
    throw .unreachable(service: name, cause: "it was not cancelled")
  }
}
