import Datasets

extension FuzzedParser {
  /// Everything that `data.path` may name.
  static let datasets = [
    FuzzedParser("idx") { input in
      let path = try input.onDisk(["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
      _ = try DataSource.idx(directory: path).load()
    },
    FuzzedParser("csv") { input in
      let path = try input.onDisk(["a.csv"]) + "/a.csv"
      // A table may be right for one task and wrong for the other.
      do throws(DatasetError) {
        _ = try DataSource.csv(CSVOptions(path: path, task: .regression)).load()
      } catch {
        _ = error.description
      }
      _ = try DataSource.csv(CSVOptions(path: path)).load()
    },
    FuzzedParser("gzip") { input in _ = try CorpusReader(path: input.onDisk(["a.gz"]) + "/a.gz").read() },
    FuzzedParser("jsonl") { input in _ = try CorpusReader(path: input.onDisk(["a.jsonl"]) + "/a.jsonl").read() },
    FuzzedParser("instructions") { input in
      _ = try InstructionReader(path: input.onDisk(["a.json"]) + "/a.json").read()
    },
    FuzzedParser("labelled-text") { input in
      _ = try LabelledTextReader(path: input.onDisk(["a.tsv"]) + "/a.tsv").read()
    },
    FuzzedParser("labelled-table") { input in
      _ = try LabelledTextReader(path: input.onDisk(["a.csv"]) + "/a.csv").read()
    },
    FuzzedParser("token-file") { input in
      let file = try TokenFile(path: input.onDisk(["a.bin"]) + "/a.bin")
      _ = (file.greatest, file.first(9))
    },
    FuzzedParser("token-folder") { input in
      _ = try TokenCollection(path: input.onDisk(["index.json", "train.bin", "val.bin"]))
    },
  ]
}
