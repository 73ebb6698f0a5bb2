"""Exports: the take-away labels in the layouts of other programs (`annotator: human`).

Needs:  labels.parquet of final.smk, or so-far/labels.parquet of take_away.smk.
Makes:  image-folder/ and label-studio.json, each also below so-far/; class folders so far.
Order:  write_labels | write_labels_so_far -> export_image_folder, export_label_studio.
"""


# Links and one file, beside the journal.
localrules:
    class_folders_so_far,
    export_image_folder,
    export_label_studio,
    hugging_face,
    hugging_face_so_far,
    label_studio,
    label_studio_so_far,


rule class_folders_so_far:
    """Class folders of the labels given so far."""
    input:
        labels_of_sweep("so-far/class-folders"),


rule hugging_face:
    """An image folder with metadata.csv, as Hugging Face's datasets read it."""
    input:
        labels_of_sweep("image-folder"),


rule hugging_face_so_far:
    """The same of the labels given so far."""
    input:
        labels_of_sweep("so-far/image-folder"),


rule label_studio:
    """A file of tasks for Label Studio, with annotations and predictions."""
    input:
        labels_of_sweep("label-studio.json"),


rule label_studio_so_far:
    """The same of the labels given so far."""
    input:
        labels_of_sweep("so-far/label-studio.json"),


rule export_image_folder:
    """Links to the labeled files, and metadata.csv."""
    input:
        labels=f"{RUN}/{{when}}labels.parquet",
        originals=sources,
    output:
        directory(f"{RUN}/{{when}}image-folder"),
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/{when}export_image_folder.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    params:
        version=version("export_labels.py"),
    shell:
        "python workflow/scripts/export_labels.py"
        " --labels {input.labels:q}"
        " --originals {input.originals:q}"
        " --layout image-folder"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule export_label_studio:
    """A task for each file, and the interface that shows them."""
    input:
        labels=f"{RUN}/{{when}}labels.parquet",
        originals=sources,
    output:
        tasks=f"{RUN}/{{when}}label-studio.json",
        interface=f"{RUN}/{{when}}label-studio.xml",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/{when}export_label_studio.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    params:
        version=version("export_labels.py"),
    shell:
        "python workflow/scripts/export_labels.py"
        " --labels {input.labels:q}"
        " --originals {input.originals:q}"
        " --layout label-studio"
        " --out {output.tasks:q}"
        " --interface {output.interface:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
