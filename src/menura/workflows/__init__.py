"""The verbs: a file each, or a folder where one takes several. The command line and the studio
translate to these.

What is not the name of a verb is shared by several of them: `making`, `recording`, `finishing`,
`outputs` and `sound` by those that make sound, `learning` and `machine` by those that tell how
training went and where, `track_places` by those whose workers read tracks.
"""
