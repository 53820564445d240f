// SPDX-License-Identifier: Apache-2.0
import GradusCore
import Testing

import GradusStudy

/// Settings of a method as parameters of a study.
@Suite struct KnobSpaceTests {
  private enum Word: String, CaseIterable, Sendable { case loose, tight, none }

  private struct Owner: Sendable {
    var step = 1.0
    var shrink = 0.5
    var memory = 10
    var corrections = 4
    var damping = 1e-3
    var tolerance = 1e-6
    var free = 3.0
    var odd = 0.0
    var word = Word.tight
    var flag = false
    var options = ""
    var presolve = Word.none
  }

  private static let settings: [SettingDescription] = {
    let owner = Owner()
    let settings: [Setting<Owner>] = [
      Setting("step", \.step, in: 1e-12...1e12, ""), Setting("shrink", \.shrink, in: 0.01...0.99, ""),
      Setting("memory", \.memory, in: 1...1000, ""), Setting("corrections", \.corrections, in: 0...100, ""),
      Setting("damping", \.damping, in: 0...1, ""), Setting("tolerance", \.tolerance, in: 1e-9...1, "", role: .limit),
      Setting("free", \.free, ""), Setting("odd", \.odd, in: 1...2, ""), Setting("word", choice: \.word, ""),
      Setting("flag", \.flag, ""), Setting("options", \.options, ""), Setting("presolve", choice: \.presolve, ""),
    ]
    return settings.map { SettingDescription($0, of: owner) }
  }()

  private static let variations = [
    SettingVariation("presolve", ["none", "loose"]),
    SettingVariation("cuts", ["8", "1", "32"], in: "options", for: ["MIP"]),
    SettingVariation("rins", ["true", "false"], in: "options", for: ["MIP"]),
    SettingVariation("ratio", ["1", "4"], in: "options", for: ["LP"]),
  ]

  private static func space(_ kinds: Set<String> = ["MIP"], fixed: Set<String> = []) -> KnobSpace {
    KnobSpace(settings: settings, variations: variations, on: kinds, fixed: fixed)
  }

  @Test func ranges() throws {
    let found = Self.space().parameters.map(\.description)
    #expect(
      found
        == [
          #"{"name":"step","type":"float","low":0.0001,"high":10000.0,"log":true}"#,
          #"{"name":"shrink","type":"float","low":0.01,"high":0.99,"log":false}"#,
          #"{"name":"memory","type":"int","low":1,"high":1000,"log":true}"#,
          #"{"name":"corrections","type":"int","low":0,"high":100,"log":false}"#,
          #"{"name":"damping","type":"float","low":1e-07,"high":1.0,"log":true}"#,
          #"{"name":"word","type":"categorical","choices":["tight","loose","none"]}"#,
          #"{"name":"flag","type":"categorical","choices":["false","true"]}"#,
          #"{"name":"presolve","type":"categorical","choices":["none","loose"]}"#,
          #"{"name":"cuts","type":"categorical","choices":["8","1","32"]}"#,
          #"{"name":"rins","type":"categorical","choices":["true","false"]}"#,
        ].map { try? JSONValue(parsing: $0).description })
    // The start is a point of the space, and says that nothing is set.
    let space = try SearchSpace(json: Self.space().parameters)
    let start = try space.point(json: Self.space().start)
    #expect(space.violation(of: start) == 0)
    #expect(Self.space().assignments(space.json(of: start).members ?? []).isEmpty)
  }

  @Test func whatIsSet() {
    let values: [JSONValue.Member] = [
      .init("step", 0.25), .init("shrink", 0.5), .init("memory", 7), .init("flag", "true"), .init("rins", "false"),
      .init("cuts", "32"), .init("word", "tight"), .init("unknown", 3),
    ]
    let pairs = Self.space().assignments(values).map { "\($0.name)=\($0.value)" }
    #expect(pairs == ["step=0.25", "memory=7", "flag=true", "options=cuts=32,rins=false"])
    let table = Self.space().table(values).map { "\($0.name) \($0.standard) \($0.value)" }
    #expect(table[0] == "step 1.0 0.25" && table[2] == "memory 10 7" && table[5] == "word tight tight")
  }

  @Test func whatIsFixedAndWhatDoesNotMatter() {
    let names = Self.space(["LP"], fixed: ["step", "memory"]).knobs.map(\.name)
    #expect(names == ["shrink", "corrections", "damping", "word", "flag", "presolve", "ratio"])
    #expect(!Self.space(fixed: ["options"]).knobs.contains { $0.carrier != nil })
  }
}
