// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Settings have unique names, valid defaults, enforced ranges – and an effect.
public struct SettingsMatter: Law {
  public let name = "settings"
  public let sentence =
    "names are unique, defaults lie in range, ranges are enforced, and every setting changes something"
  public let presupposes = ["same seed"]

  public init() {}

  /// Tries values of every setting until one changes what is asked or reported.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    var violations: [String] = []
    let names = M.settings.map(\.name)
    for name in Set(names) where names.count(where: { $0 == name }) > 1 {
      violations.append("two settings are called \(name)")
    }
    for setting in M.settings {
      violations += form(setting)
      if try await !hasEffect(setting, bench) {
        violations.append("no value of \(setting.name) that was tried changes what is asked or reported")
      }
    }
    return Finding(violations, tried: M.settings.count)
  }

  /// The default can be written back; values outside the range and nonsense cannot be written.
  private func form<M: Catalogued>(_ setting: Setting<M>) -> [String] {
    var violations: [String] = []
    var method = M()
    let text = setting.read(method)
    do { try setting.write(&method, text) } catch {
      violations.append("the default \(setting.name)=\(text) cannot be written: \(error)")
    }
    if setting.read(method) != text {
      violations.append("\(setting.name)=\(text) reads back as \(setting.read(method))")
    }
    var wrong: [String] = []
    if let range = setting.range {
      if range.upperBound.isFinite { wrong.append("\(range.upperBound.nextUp.rounded(.up) + 1)") }
      if range.lowerBound.isFinite { wrong.append("\(range.lowerBound.nextDown.rounded(.down) - 1)") }
    }
    if setting.range != nil || setting.choices != nil { wrong.append("nonsense") }
    for text in wrong {
      var method = M()
      guard (try? setting.write(&method, text)) != nil else { continue }
      violations.append("\(setting.name)=\(text) is accepted")
    }
    return violations
  }

  /// True when some other value leads to other questions or another report, on short runs first.
  private func hasEffect<M: Catalogued>(_ setting: Setting<M>, _ bench: Bench<M>) async throws -> Bool {
    let values = alternatives(setting)
    // What a method does about inaccurate answers, or about none, shows only when there are some.
    let rounds: [(Int, Int, Fault?)] = [
      (3, 40, nil), (6, 300, nil), (4, 60, .scaled(1.01)), (4, 60, .number(.nan)), (3, 3000, nil),
    ]
    for (count, answers, fault) in rounds {
      for situation in bench.some(count) {
        let usual = try await situation.outcome(M(), answers, fault)
        for value in values {
          var method = M()
          guard (try? setting.write(&method, value)) != nil else { continue }
          // A method that refuses the value has noticed it.
          guard let changed = try? await situation.outcome(method, answers, fault) else { return true }
          if changed != usual { return true }
        }
      }
    }
    return false
  }

  private func alternatives<M: Catalogued>(_ setting: Setting<M>) -> [String] {
    let text = setting.read(M())
    if let choices = setting.choices { return choices.filter { $0 != text } }
    guard let number = Double(text) else { return ["time_limit=1", "x"] }
    let isWhole = Int(text) != nil
    var numbers = [2 * number, number / 2, 10 * number, number + 1, number - 1, number / 10, 1, 4]
    if let range = setting.range {
      // The far end of a wide range may ask for more memory than there is.
      numbers += [range.lowerBound, range.upperBound].filter { $0.isFinite && (!isWhole || abs($0) <= 1e4) }
      numbers = numbers.filter { range.contains($0) }
    }
    return numbers.filter { $0 != number && $0.isFinite }.map { isWhole ? "\(Int($0))" : "\($0)" }
  }
}

extension Situation {
  /// What a method asks, and where it stands in the end.
  fileprivate func outcome(_ method: M, _ answers: Int, _ fault: Fault?) async throws -> [Image] {
    let run = try run(method, listener: Listener { $0 % 3 == 1 ? fault : nil })
    var trajectory = try await run.record(answers)
    let report = run.report
    trajectory.questions.append(try Image(report.point))
    trajectory.questions.append(try Image([report.value, report.measure, report.bound]))
    return trajectory.questions
  }
}
